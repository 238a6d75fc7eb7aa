"""A fragment's form: text beside choices. What it says is one value, ``content.Fragment``; other languages stay."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from narrative.admin.desk.fields import ConditionField, EffectsField
from narrative.admin.desk.naming import Names
from narrative.models import Locked, Repeat
from narrative.story import content
from narrative.story.content import ALWAYS, BACK, Choice, Ending, Fragment, Media, Variant
from narrative.story.reading import KEY, NO_WORDS, Words

MOST_BYTES = 20 * 1024 * 1024


def key_from(words: str, taken: Sequence[str] = (), fallback: str = "fragmento") -> str:
    """A key made of these words that nobody has yet."""
    base = slugify(words)[:56].strip("-_") or fallback
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def with_words(words: Words, language: str, text: str) -> Words:
    """The same words, said anew in one language."""
    return Words({name: said for name, said in {**words.by_language, language: text}.items() if said})


class KeyField(forms.CharField):
    """A key: small letters, digits, - and _."""

    def validate(self, value: str) -> None:
        """Refuse what is none."""
        super().validate(value)
        if value and not KEY.match(value):
            raise ValidationError(_("Una clave lleva solo minúsculas, cifras, - y _, hasta 64."), code="NAR010")


class TargetField(KeyField):
    """Where a choice leads: a fragment, by its title or key, or back."""

    names: Names | None = None

    def prepare_value(self, value: Any) -> Any:
        """The title of the fragment, where it has one of its own."""
        return self.names.title("fragment", value) if self.names and value else value

    def to_python(self, value: Any) -> str:
        """The key."""
        typed = str(super().to_python(value) or "")
        return self.names.meant("fragment", typed) if self.names and typed else typed

    def validate(self, value: str) -> None:
        """A key, or ``<``."""
        if value and value != BACK and not KEY.match(value):
            said = _("No hay ningún fragmento «%(value)s». Una clave lleva solo minúsculas, cifras, - y _, hasta 64.")
            raise ValidationError(said, code="NAR010", params={"value": value})


class ChoiceForm(forms.Form):
    """One way on."""

    key = KeyField(label=_("clave"), required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=_("texto del botón"), max_length=content.LABEL)
    target = TargetField(
        label=_("lleva a"), required=False, max_length=200, widget=forms.TextInput(attrs={"list": "desk-fragments"})
    )
    condition = ConditionField(label=_("solo si"))
    effects = EffectsField(label=_("y entonces"))
    price = forms.IntegerField(label=_("precio"), required=False, min_value=0, max_value=1_000_000)
    locked = forms.ChoiceField(label=_("cerrada"), choices=Locked.choices, required=False, initial=Locked.SHOW)
    repeat = forms.ChoiceField(label=_("veces"), choices=Repeat.choices, required=False, initial=Repeat.ALWAYS)

    @classmethod
    def initial_of(cls, choice: Choice, language: str) -> dict[str, Any]:
        """What the form shows of a choice."""
        return {
            "key": choice.key,
            "label": choice.label.by_language.get(language, ""),
            "target": choice.target,
            "condition": choice.condition,
            "effects": choice.effects,
            "price": choice.price or None,
            "locked": choice.locked,
            "repeat": choice.repeat,
        }

    def choice(self, key: str, before: Choice | None, language: str) -> Choice:
        """The choice it says; its words in other languages stay."""
        said = self.cleaned_data
        return Choice(
            key=key,
            label=with_words(before.label if before else NO_WORDS, language, said["label"]),
            target=said["target"],
            condition=said["condition"] or ALWAYS,
            effects=said["effects"] or (),
            price=said["price"] or 0,
            locked=said["locked"] or Locked.SHOW.value,
            repeat=said["repeat"] or Repeat.ALWAYS.value,
        )


class VariantForm(forms.Form):
    """Another text for some readers."""

    condition = ConditionField(label=_("si"))
    text = forms.CharField(
        label=_("texto"),
        strip=False,
        max_length=content.TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "desk-text"}),
    )
    position = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A variant for everybody would hide the text."""
        said = super().clean() or {}
        if "condition" in said and not said["condition"]:
            self.add_error("condition", _("Di para quién es este texto."))
        return said

    def variant(self, before: Sequence[Variant], language: str) -> Variant:
        """The variant it says; its words in other languages stay."""
        place = self.cleaned_data["position"]
        was = before[place].text if place is not None and 0 <= place < len(before) else NO_WORDS
        return Variant(self.cleaned_data["condition"], with_words(was, language, _ends(self.cleaned_data["text"])))


def kept(rows: Any) -> list[Any]:
    """The rows that stay, in their order; one that was emptied is gone."""
    there = [form for form in rows.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return sorted(there, key=lambda form: form.cleaned_data.get("ORDER") or 10_000)


ChoiceForms = forms.formset_factory(
    ChoiceForm,
    extra=0,
    can_delete=True,
    can_order=True,
    max_num=content.MOST_CHOICES,
    validate_max=True,
)
VariantForms = forms.formset_factory(
    VariantForm, extra=0, can_delete=True, max_num=content.MOST_VARIANTS, validate_max=True
)


class FragmentForm(forms.Form):
    """Everything else of a fragment."""

    key = KeyField(label=_("clave"), required=False, max_length=64, help_text=_("Vacía: sale del título."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("título"), max_length=200)
    text = forms.CharField(
        label=_("texto"),
        required=False,
        strip=False,
        max_length=content.TEXT,
        widget=forms.Textarea(attrs={"rows": 14, "class": "desk-text", "spellcheck": "true"}),
    )
    picture = forms.CharField(label=_("imagen"), required=False, max_length=200)
    upload = forms.FileField(label=_("subir otra"), required=False)
    alt = forms.CharField(label=_("descripción de la imagen"), required=False, max_length=1000)
    spoiler = forms.BooleanField(label=_("tapada hasta tocarla"), required=False)
    is_ending = forms.BooleanField(label=_("es un final"), required=False)
    ending = forms.CharField(label=_("nombre del final"), required=False, max_length=200)
    vip = forms.BooleanField(label=_("solo VIP"), required=False)
    checkpoint = forms.BooleanField(label=_("punto de control"), required=False)
    undo = forms.BooleanField(label=_("se puede deshacer"), required=False, initial=True)
    condition = ConditionField(label=_("quién puede leerlo"))
    effects = EffectsField(label=_("al llegar"))
    fallback = TargetField(
        label=_("si todo está cerrado, seguir a"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "desk-fragments"}),
    )
    tags = forms.CharField(label=_("etiquetas"), required=False, max_length=500, help_text=_("Con comas."))
    note = forms.CharField(
        label=_("nota para el equipo"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    @classmethod
    def initial_of(cls, fragment: Fragment, version: int | None, language: str) -> dict[str, Any]:
        """What the form shows of a fragment."""
        media = fragment.media
        return {
            "key": fragment.key,
            "version": version,
            "title": fragment.title.by_language.get(language, ""),
            "text": fragment.text.by_language.get(language, ""),
            "picture": media.file if media else "",
            "alt": media.alt.by_language.get(language, "") if media else "",
            "spoiler": media.spoiler if media else False,
            "is_ending": fragment.ending is not None,
            "ending": fragment.ending.name.by_language.get(language, "") if fragment.ending else "",
            "vip": fragment.vip,
            "checkpoint": fragment.checkpoint,
            "undo": fragment.undo,
            "condition": fragment.condition,
            "effects": fragment.effects,
            "fallback": fragment.fallback,
            "tags": ", ".join(fragment.tags),
            "note": fragment.note,
        }

    def clean_upload(self) -> Any:
        """Telegram takes no larger files from a bot's hand."""
        given = self.cleaned_data.get("upload")
        if given and (given.size or 0) > MOST_BYTES:
            raise ValidationError(_("Telegram admite archivos de hasta 20 MB."), code="NAR018")
        return given

    def clean_tags(self) -> tuple[str, ...]:
        """Short words."""
        tags = tuple(dict.fromkeys(tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()))
        if any(len(tag) > 64 for tag in tags):
            raise ValidationError(_("Una etiqueta tiene hasta 64 letras."), code="NAR010")
        return tags

    def fragment(self, before: Fragment, language: str, kinds: Mapping[str, str]) -> Fragment:
        """The fragment it says, without its choices and variants; words in other languages stay."""
        said = self.cleaned_data
        media, ending = None, None
        if said["picture"]:
            was = before.media if before.media and before.media.file == said["picture"] else None
            alt = with_words(was.alt if was else NO_WORDS, language, said["alt"])
            media = Media(said["picture"], kinds.get(said["picture"], "photo"), alt, said["spoiler"])
        if said["is_ending"]:
            ending = Ending(with_words(before.ending.name if before.ending else NO_WORDS, language, said["ending"]))
        return replace(
            before,
            title=with_words(before.title, language, said["title"]),
            text=with_words(before.text, language, _ends(said["text"])),
            media=media,
            ending=ending,
            vip=said["vip"],
            checkpoint=said["checkpoint"],
            undo=said["undo"],
            condition=said["condition"] or ALWAYS,
            effects=said["effects"] or (),
            fallback=said["fallback"],
            tags=said["tags"],
            note=said["note"],
        )


def _ends(text: str) -> str:
    """Line ends as everybody writes them."""
    return text.replace("\r\n", "\n").rstrip()
