"""The platform: API, pages, domain and storage of events, attendance and subsidies."""
