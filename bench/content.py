"""Fills a migrated database with the bench's content: one reward and a hint for each step of the balance."""

import os


def load_content() -> None:
    """Create what ``scenario`` describes: ``REWARD`` besitos for ``EMOJI`` in the group ``GROUP_ID``, and
    ``HINTS`` hints that unlock one by one, each ``REWARD`` besitos further.
    """
    raise NotImplementedError("no module takes the bench's content yet")


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    load_content()


if __name__ == "__main__":
    main()
