-- The peer's tables: a ledger that sums to zero, what happened, and which hints each user has.
CREATE TABLE IF NOT EXISTS accounts (
    user_id bigint PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chat_id bigint NOT NULL,
    message_id bigint NOT NULL,
    user_id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chat_id, message_id, user_id)
);
CREATE TABLE IF NOT EXISTS entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transfer_id bigint NOT NULL REFERENCES transfers,
    user_id bigint,  -- null: the house
    amount bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_transfer ON entries (transfer_id);
CREATE TABLE IF NOT EXISTS events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    user_id bigint NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS hints (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    balance bigint NOT NULL UNIQUE,
    text text NOT NULL
);
CREATE TABLE IF NOT EXISTS unlocked_hints (
    user_id bigint NOT NULL,
    hint_id bigint NOT NULL REFERENCES hints,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, hint_id)
);
INSERT INTO hints (balance, text)
SELECT step * 5, 'Pista ' || step || ': bajo el reloj de la mansión hay una llave que nadie ha pedido todavía.'
FROM generate_series(1, 20) AS step
ON CONFLICT DO NOTHING;
