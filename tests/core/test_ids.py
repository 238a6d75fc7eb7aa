from yabot.core.ids import uuid7


def test_ids_of_one_process_sort_by_creation():
    made = [uuid7() for _ in range(5000)]

    assert made == sorted(set(made))


def test_an_id_says_that_it_is_a_version_7_uuid():
    made = uuid7()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
