"""A simulated Telegram: the Bot API over HTTP, people who act on command, and a chat page.

The bot does not know that it is simulated: it gets another ``base_url`` and ``base_file_url``. Nothing
here imports the bot's code or shares its tables; the server listens on loopback only.

* ``manage.py sandbox --world demo`` runs it alone and prints ``sandbox ready <address of the page>``.
* ``server.SandboxServer`` runs it in a thread of a test; ``.client`` makes people act.
* ``client.SandboxClient`` is the control API in Python.
* What is not modelled (polls, payments, invite links, join requests, stickers, MarkdownV2 ...) is
  answered 501 and listed by ``client.unmodelled()``.

Two decisions where Telegram's documentation leaves room: the bot gets no ``message_reaction`` in private
chats (it is no administrator there), and a pressed button may be answered for 60 seconds of world time.

**data-testid on the page** (``<id>`` is a number; chats and users have their Telegram ids). The page
takes ``?user=<id>&chat=<id>``, and ``<html data-ready="true">`` tells that it is drawn.

Side: ``sidebar``, ``user-switcher``, ``current-user``, ``user-list``, ``user-<id>``, ``language-switch``,
``theme-switch``, ``pane-toggle``, ``chat-list``, ``chat-<id>`` (the private chat has the user's id),
``unread``, ``clock``, ``clock-hour``, ``clock-day``.

Chat: ``no-chat``, ``back``, ``chat-title``, ``chat-about``, ``block-button``, ``pinned``, ``messages``,
``welcome``, ``day``, ``service-message``, ``read-only``, ``start-button``, ``unblock-button``.

Message: ``message`` (with ``data-message-id``, ``data-from``, ``data-out``), ``bubble``, ``author``,
``forwarded``, ``reply-quote``, ``message-text``, ``photo``, ``document``, ``entity-<type>``, ``spoiler``,
``meta``, ``edited``, ``protected``, ``views``, ``comments``, ``inline-keyboard``, ``inline-button`` (with
``data-callback``, ``data-url``), ``reactions``, ``reaction`` (with ``data-emoji``, ``aria-pressed``). A tap
on the message shows its tools: ``react-button``, ``reply-button``, ``edit-button``; ``reaction-picker``
holds ``pick-reaction`` (with ``data-emoji``).

Writing: ``composer``, ``composer-input``, ``send-button``, ``attach-button``, ``file-input``,
``commands-button``, ``command-menu``, ``command-<name>``, ``replying``, ``cancel-reply``,
``reply-keyboard``, ``keyboard-button``.

Answers: ``toasts``, ``toast``, ``toast-error``, ``alert``, ``alert-text``, ``alert-ok``, ``photo-view``.

Pane: ``pane``, ``pane-close``, ``tab-calls``, ``tab-updates``, ``tab-faults``, ``refused-count``, ``call``,
``call-refused``, ``update``, ``fault-form``, ``fault-method``, ``fault-kind``, ``fault-count``,
``fault-status``, ``fault-delay``, ``fault-arm``, ``fault-clear``, ``fault``.
"""
