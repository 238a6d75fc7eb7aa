"""``manage.py doctor``: looks at everything an installation stands on, and says how to mend what is wrong.

An examination is a function without arguments that returns diagnoses. To add one, write it beside its neighbours and
name it in ``yabot.core.doctor.examination``.
"""
