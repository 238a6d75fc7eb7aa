"""Tags find their fragments: the rows follow every change of a draft."""

from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from narrative.models import Fragment, FragmentTag
from narrative.models import Story as StoryRow
from narrative.services import drafts, tags
from narrative.services.drafts import Edit
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.transactions import atomic

pytestmark = pytest.mark.django_db
HOUSE = story(
    replace(fragment("sala", choice("sotano"), choice("fin")), tags=("casa", "luz")),
    replace(fragment("sotano", choice("fin", key="subir")), tags=("casa", "miedo")),
    ending("fin"),
)
LIST = "admin:narrative_fragment_changelist"


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="ana")


def tagged(row: StoryRow) -> set[tuple[str, str]]:
    return set(FragmentTag.objects.filter(fragment__story=row).values_list("fragment__key", "tag"))


def stored(row: StoryRow) -> set[tuple[str, str]]:
    return {(part.key, tag) for part in drafts.told(row).fragments for tag in part.tags}


def test_a_stored_story_is_found_by_its_tags(house):
    assert tagged(house) == {("sala", "casa"), ("sala", "luz"), ("sotano", "casa"), ("sotano", "miedo")}


def test_a_change_takes_old_tags_away_and_keeps_one_row_for_a_tag_that_is_said_twice(house):
    part, version = drafts.fragment(house.pk, "sala")
    drafts.write(house, replace(part, tags=("luz", "noche", "noche")), Edit(by="luis", version=version))

    assert tagged(house) == {("sala", "luz"), ("sala", "noche"), ("sotano", "casa"), ("sotano", "miedo")}


def test_a_refused_change_leaves_the_tags(house):
    @atomic
    def both() -> None:
        part, version = drafts.fragment(house.pk, "sala")
        drafts.write(house, replace(part, tags=("noche",)), Edit(version=version))
        raise ValueError

    with pytest.raises(ValueError):
        both()

    assert tagged(house) == stored(house)


def test_replaced_renamed_and_removed_fragments_keep_tags_and_rows_alike(house):
    drafts.rename(house, "sotano", "bodega")
    assert tagged(house) == stored(house) >= {("bodega", "miedo")}

    drafts.replace(house, story(replace(fragment("jardin", choice("fin")), tags=("fuera",)), ending("fin")))
    assert tagged(house) == stored(house) == {("jardin", "fuera")}

    drafts.write(house, replace(fragment("pozo", choice("fin", key="salir")), tags=("fuera", "miedo")), Edit())
    drafts.remove(house, "pozo")
    assert tagged(house) == stored(house) == {("jardin", "fuera")}


def test_drafts_of_before_the_rows_get_theirs(house):
    FragmentTag.objects.all().delete()

    import_module("narrative.migrations.0009_design_indexes").note_tags(apps, None)

    assert tagged(house) == stored(house)


def test_the_list_of_fragments_is_filtered_by_a_tag(house, admin_client):
    shown = admin_client.get(reverse(LIST), {"etiqueta": "miedo"}).context["cl"]

    assert [row.key for row in shown.queryset] == ["sotano"]


def test_the_filter_offers_every_tag_or_those_of_the_story_chosen(house, admin_client):
    drafts.store(replace(story(replace(fragment("mar", choice("fin")), tags=("agua",)), ending("fin")), key="costa"))

    def offered(**query: str) -> list[str]:
        specs = admin_client.get(reverse(LIST), query).context["cl"].filter_specs
        (mine,) = [spec for spec in specs if getattr(spec, "parameter_name", "") == "etiqueta"]
        return [value for value, _name in mine.lookup_choices]

    assert offered() == ["agua", "casa", "luz", "miedo"] == tags.used()
    assert offered(story__id__exact=str(house.pk)) == ["casa", "luz", "miedo"]
    assert admin_client.get(reverse(LIST), {"story__id__exact": "nada"}).status_code == 302


def test_a_tag_with_strange_letters_is_a_tag_like_any_other(house, admin_client):
    part, version = drafts.fragment(house.pk, "sala")
    drafts.write(house, replace(part, tags=('<b>"&%', "ñandú")), Edit(version=version))

    page = admin_client.get(reverse(LIST), {"etiqueta": '<b>"&%'})

    assert [row.key for row in page.context["cl"].queryset] == ["sala"]
    assert '<b>"&%' not in page.content.decode()
    assert Fragment.objects.filter(tagged__tag="ñandú").count() == 1
