"""Every address of the API gateway, its OpenAPI document, and a page to try it."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter
from drf_spectacular.views import SpectacularAPIView

from channeladmin.api import posts, subscriptions
from gamification.api import rewards, wallets
from narrative.api import hints, letters, playing, stories
from yabot.core import modules
from yabot.core.api import events, page, ports, users, webhooks
from yabot.core.ports import Operation


class TelegramId(IntConverter):
    """A Telegram id: what fits into 63 bits."""

    regex = "[0-9]{1,18}"


register_converter(TelegramId, "telegram_id")

V1 = "v1/"
READER = f"{V1}narrative/users/<telegram_id:user_id>/"
everything = [
    path(V1 + "core/users/", users.ReadersView.as_view()),
    path(V1 + "core/users/<telegram_id:user_id>/", users.ReaderView.as_view()),
    path(V1 + "core/events/", events.EventsView.as_view()),
    path(V1 + "core/webhooks/", webhooks.WebhooksView.as_view()),
    path(V1 + "core/webhooks/<uuid:endpoint_id>/", webhooks.WebhookView.as_view()),
    path(V1 + "core/webhooks/<uuid:endpoint_id>/rotate/", webhooks.RotateView.as_view()),
    path(V1 + "core/webhooks/<uuid:endpoint_id>/ping/", webhooks.PingView.as_view()),
    path(V1 + "core/webhooks/<uuid:endpoint_id>/deliveries/", webhooks.CallsView.as_view()),
    path(V1 + "core/webhooks/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/replay/", webhooks.ReplayView.as_view()),
    path(V1 + "gamification/wallets/<telegram_id:user_id>/", wallets.WalletView.as_view()),
    path(V1 + "gamification/wallets/<telegram_id:user_id>/history/", wallets.HistoryView.as_view()),
    path(V1 + "gamification/wallets/<telegram_id:user_id>/add/", wallets.AddView.as_view()),
    path(V1 + "gamification/wallets/<telegram_id:user_id>/spend/", wallets.SpendView.as_view()),
    path(V1 + "gamification/wallets/<telegram_id:user_id>/holds/", wallets.HoldView.as_view()),
    path(
        V1 + "gamification/wallets/<telegram_id:user_id>/holds/<uuid:hold_id>/<str:end>/", wallets.HoldEndView.as_view()
    ),
    path(
        V1 + "gamification/wallets/<telegram_id:user_id>/transfers/<uuid:transfer_id>/undo/", wallets.UndoView.as_view()
    ),
    path(V1 + "gamification/rewards/", rewards.RewardsView.as_view()),
    path(V1 + "channeladmin/posts/", posts.PostsView.as_view()),
    path(V1 + "channeladmin/posts/adopt/", posts.AdoptView.as_view()),
    path(V1 + "channeladmin/users/<telegram_id:user_id>/subscription/", subscriptions.SubscriptionView.as_view()),
    path(V1 + "narrative/hints/", hints.HintsView.as_view()),
    path(V1 + "narrative/stories/", stories.StoriesView.as_view()),
    path(V1 + "narrative/stories/<slug:story>/bundle/", stories.BundleView.as_view()),
    path(V1 + "narrative/stories/<slug:story>/fragments/<slug:fragment>/", stories.FragmentView.as_view()),
    path(READER + "hints/", hints.ReaderHintsView.as_view()),
    path(READER + "hints/unlock/", letters.UnlockView.as_view()),
    path(READER + "messages/", letters.MessagesView.as_view()),
    path(READER + "messages/scheduled/", letters.ScheduledView.as_view()),
    path(READER + "stories/<slug:story>/", playing.ProgressView.as_view()),
    path(READER + "stories/<slug:story>/choices/", playing.ChoicesView.as_view()),
    path(READER + "stories/<slug:story>/choices/<slug:choice>/", playing.ChoiceView.as_view()),
    *(
        path(f"{V1}{port.module}/ports/{port.name}", ports.view_of(port).as_view(), name="port")
        for port in Operation.known.values()
        if port.is_provided
    ),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]), name="schema"),
    path("docs/", page.Page.as_view(), name="docs"),
]
# A process answers for the modules it runs; the others' addresses do not exist in it.
urlpatterns = [one for one in everything if modules.runs(str(one.pattern).removeprefix(V1).partition("/")[0])]
