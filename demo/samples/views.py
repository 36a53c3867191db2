"""The two samples of django_rt's document, as they are printed there, in the spelling of Python 3.

Neither returns its context, and nor did they there: RTView forgives it, and says so in the log.
"""

# fmt: off
from __future__ import annotations

from django_rt.views import RTResponse, RTView

from .models import Entry


class ExampleView(RTView):
    template_name = 'example.html'
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context['entries'] = ['a', 'b', 'c']

    @RTView.event('click', '#mybutton')
    def mybutton_click(self, request, gathered='#myinput'):
        return RTResponse('#result', 'Result: '+gathered)


class ModelExampleView(RTView):
    template_name = 'example.html'
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context['entries'] = Entry.objects.all()
