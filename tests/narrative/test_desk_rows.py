"""What the desk's rows send is the condition they show: with JavaScript JSON, without it the text form."""

import json

from hypothesis import given

from narrative.admin.desk.fields import ConditionField
from narrative.admin.desk.forms import ChoiceForm
from tests.core.test_condition_kinds import CONDITIONS
from yabot.core.conditions import Condition


@given(CONDITIONS)
def test_any_condition_survives_the_form(condition: Condition) -> None:
    shown = ConditionField().prepare_value(condition)
    for sent in (json.dumps(condition.to_json()), shown, shown.replace("; ", "\r\n")):
        form = ChoiceForm({"label": "Bajar", "target": "sotano", "condition": sent})
        assert form.is_valid(), form.errors
        assert form.choice("a", None, "es").condition == condition
