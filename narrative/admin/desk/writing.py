"""The forms of one fragment together, and what somebody works on with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from narrative.admin.desk.forms import ChoiceForm, ChoiceForms, FragmentForm, VariantForms, kept, key_from
from narrative.admin.desk.naming import Names
from narrative.models import Fragment as FragmentRow
from narrative.models import Story
from narrative.story import content
from narrative.story.content import Fragment


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody is working on: a story, and a fragment of it or a new one."""

    story: Story
    row: FragmentRow | None
    fragment: Fragment
    version: int | None
    told: content.Story | None = None


class Desk:
    """The forms of one fragment together."""

    def __init__(self, work: Work, names: Names, data: Any = None, files: Any = None) -> None:
        fragment, language = work.fragment, work.story.language
        self.before, self.language, self.names = fragment, language, names
        choices = [ChoiceForm.initial_of(choice, language) for choice in fragment.choices]
        variants = [
            {"condition": one.condition, "text": one.text.by_language.get(language, ""), "position": place}
            for place, one in enumerate(fragment.variants)
        ]
        self.form = FragmentForm(data, files, initial=FragmentForm.initial_of(fragment, work.version, language))
        self.choices = ChoiceForms(data, initial=choices, prefix="choices")
        self.variants = VariantForms(data, initial=variants, prefix="variants")
        self.blank = {"choices": _blank(self.choices), "variants": _blank(self.variants)}
        for form in (self.form, *self.choices.forms, *self.variants.forms, *self.blank.values()):
            for field in form.fields.values():
                if hasattr(field, "names"):
                    field.names = names

    def is_valid(self) -> bool:
        """Whether everything typed can be understood; all of it is looked at."""
        return all([self.form.is_valid(), self.choices.is_valid(), self.variants.is_valid()])

    def fragment(self, key: str, kinds: Mapping[str, str], taken: Sequence[str] = ()) -> Fragment:
        """The whole fragment. ``taken``: the choices' keys of other fragments."""
        by_key = {choice.key: choice for choice in self.before.choices}
        used = [*taken, *(form.cleaned_data["key"] for form in kept(self.choices))]
        choices = []
        for form in kept(self.choices):
            name = form.cleaned_data["key"]
            if not name:
                name = key_from(f"{key}-{form.cleaned_data['label']}", used, "opcion")
                used.append(name)
            choices.append(form.choice(name, by_key.get(name), self.language))
        return replace(
            self.form.fragment(self.before, self.language, kinds),
            key=key,
            choices=tuple(choices),
            variants=tuple(form.variant(self.before.variants, self.language) for form in kept(self.variants)),
        )

    def problems(self) -> list[str]:
        """What could not be understood, and where, for whoever does not see the fields."""
        said = list(_said(self.form, ""))
        for number, form in enumerate(self.choices.forms, start=1):
            said += _said(form, _("opción «%s»") % (form["label"].value() or number))
        for number, variant in enumerate(self.variants.forms, start=1):
            said += _said(variant, _("texto %d") % number)
        return said


def _blank(rows: Any) -> Any:
    """One more row, for whoever has no script to add it with."""
    number = rows.total_form_count()
    form = rows.form(prefix=rows.add_prefix(number), empty_permitted=True, use_required_attribute=False)
    rows.add_fields(form, number)
    return form


def _said(form: Any, where: str) -> Iterator[str]:
    for name, errors in form.errors.items():
        label = str(form.fields[name].label) if name in form.fields else ""
        place = " · ".join(filter(None, (where, label)))
        for error in errors:
            yield f"{place[:1].upper()}{place[1:]}: {error}" if place else str(error)
