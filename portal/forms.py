"""Forms of the portal: plain Django forms, drawn by the templates of `components/`."""

from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting

from hermes.core.errors import HermesError


class Drawn(TemplatesSetting):
    """FORM_RENDERER: `{{ form }}` and `{{ form.name.as_field_group }}` are the portal's components."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"


def add_refusal(form: BaseForm, error: HermesError) -> None:
    """Show an error of the layers below in the form: at the field that its `argument` names, or above all."""
    argument = error.details.get("argument")
    form.add_error(argument if argument in form.fields else None, error.message)
