from events_api.commands.access import FILE, document


def test_the_committed_table_is_the_one_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run `events-api access --write` and read the difference"
