"""What a person of the team may do, on MongoDB."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet


class PermissionsByKey(ModelBackend):
    """Django's, which finds permissions by their keys: to a join MongoDB gives all there are, on every page."""

    def _get_user_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return _of(user_obj.user_permissions.through.objects.filter(user=user_obj))

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        groups = user_obj.groups.through.objects.filter(user=user_obj).values_list("group_id", flat=True)
        return _of(Group.permissions.through.objects.filter(group__in=list(groups)))


def _of(given: QuerySet[Any]) -> QuerySet[Permission]:
    return Permission.objects.filter(pk__in=list(given.values_list("permission_id", flat=True)))
