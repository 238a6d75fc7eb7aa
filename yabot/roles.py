"""The team's roles, made with the tables: groups of rights that an administrator may change afterwards."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as registry
from django.contrib.auth.management import create_permissions
from django.db.models import Q

APPS = ("auth", "core", "gamification", "channeladmin", "narrative")
LOOK = ("view",)
WORK = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")
STORY = ("story", "fragment", "mediafile", "declaration")
TEXTS = ("hint", "hintcombination", "lucientemplate", "lucienrule", "communitygoal")
READING = ("release", "readerprogress", "progressstep", "hintunlock", "dueletter")

# Role -> app -> (rights, models; none: all of the app's), and rights of their own.
Rights = tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
ROLES: dict[str, tuple[Rights, tuple[str, ...]]] = {
    "Editor": (
        (
            ("narrative", WORK, (*STORY, *TEXTS)),
            ("narrative", ("delete",), ("declaration",)),
            ("narrative", LOOK, READING),
        ),
        ("narrative.playtest_story",),
    ),
    "Publisher": (
        (("narrative", ALL, (*STORY, *TEXTS)), ("narrative", LOOK, READING)),
        ("narrative.playtest_story", "narrative.release_story"),
    ),
    "Moderator": (
        (("channeladmin", WORK, ()), ("core", LOOK, ("telegramuser", "telegramchat", "reaction", "reactiontotal"))),
        (),
    ),
    "Admin": (
        (
            ("narrative", ALL, ()),
            ("gamification", ALL, ()),
            ("channeladmin", ALL, ()),
            ("core", ALL, ()),
            ("auth", ALL, ()),
        ),
        ("narrative.playtest_story", "narrative.release_story", "gamification.correct_transfer"),
    ),
    "Analyst": (
        (("narrative", LOOK, ()), ("gamification", LOOK, ()), ("channeladmin", LOOK, ()), ("core", LOOK, ())),
        (),
    ),
}


def make(apps: Any) -> None:
    """Make the groups with their rights, in a migration. One that is there already stays as it is."""
    _fill(apps, (), only_new=True)


def extend(apps: Any, codenames: Iterable[str]) -> None:
    """Give the groups that are there what came later: these rights, as far as they are for them, and no others.

    A right that an administrator took away from a group, and that is not among these, stays away.
    """
    _fill(apps, tuple(codenames), only_new=False)


def rights_of(models: Iterable[str]) -> list[str]:
    """Everything one may do with these models."""
    return [f"{verb}_{model}" for model in models for verb in ALL]


def _fill(apps: Any, codenames: tuple[str, ...], *, only_new: bool) -> None:
    group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for label in APPS:
        config = registry.get_app_config(label)
        create_permissions(config, verbosity=0, apps=apps)  # they are usually made after all migrations
    asked = Q(codename__in=codenames) if codenames else Q()
    for name, (rights, own) in ROLES.items():
        role, is_new = group.objects.get_or_create(name=name)
        for label in APPS if is_new or not only_new else ():
            if any(app == label for app, _verbs, _models in rights):
                wanted = permission.objects.filter(_wanted(label, rights, own), asked, content_type__app_label=label)
                role.permissions.add(*wanted)


def _wanted(label: str, rights: Rights, own: Iterable[str]) -> Q:
    """The rights of one app."""
    wanted = Q(codename__in=[name.partition(".")[2] for name in own if name.startswith(f"{label}.")])
    for app, verbs, models in rights:
        if app == label and models:
            wanted |= Q(codename__in=[f"{verb}_{model}" for verb in verbs for model in models])
        elif app == label:
            for verb in verbs:
                wanted |= Q(codename__startswith=f"{verb}_")
    return wanted
