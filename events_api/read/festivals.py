"""Who sees the candidates of the national list."""

from events_api.read.records import Visibility

STAFF = Visibility(public="false")
