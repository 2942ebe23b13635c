//! Mails: written with the act they belong to, sent by a job of their own.

crate::step!(
    "m0006_post",
    "
    CREATE TABLE mails (
        id uuid PRIMARY KEY,
        brand_id uuid REFERENCES brands (id),
        recipient text NOT NULL,
        subject text NOT NULL,
        text_body text NOT NULL,
        html_body text NOT NULL,
        calendar text,
        calendar_method text,
        state text NOT NULL,
        attempts bigint NOT NULL,
        next_attempt_at bigint NOT NULL,
        last_error text,
        created_at bigint NOT NULL,
        sent_at bigint
    );
    CREATE INDEX mails_due ON mails (state, next_attempt_at);
    CREATE INDEX mails_brand ON mails (brand_id, id)
    "
);
