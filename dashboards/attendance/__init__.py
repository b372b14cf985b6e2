"""The attendance of one edition in charts: funnel, heat map, flow, occupancy, origins, comparison, trend."""
