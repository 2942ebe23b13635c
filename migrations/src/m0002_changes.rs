//! Streams with their counters, changes, followers' cursors, client keys, the audit log.

crate::step!(
    "m0002_changes",
    "
    CREATE TABLE streams (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL REFERENCES brands (id),
        kind text NOT NULL,
        group_id uuid,
        position bigint NOT NULL
    );
    CREATE TABLE changes (
        stream_id uuid NOT NULL REFERENCES streams (id),
        position bigint NOT NULL,
        brand_id uuid NOT NULL,
        kind text NOT NULL,
        subject uuid NOT NULL,
        detail text,
        at bigint NOT NULL,
        PRIMARY KEY (stream_id, position)
    );
    CREATE TABLE cursors (
        follower text NOT NULL,
        stream_id uuid NOT NULL REFERENCES streams (id),
        position bigint NOT NULL,
        PRIMARY KEY (follower, stream_id)
    );
    CREATE TABLE dead_letters (
        follower text NOT NULL,
        stream_id uuid NOT NULL,
        position bigint NOT NULL,
        error text NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (follower, stream_id, position)
    );
    CREATE TABLE client_keys (
        actor uuid NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        subject uuid NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (actor, key)
    );
    CREATE TABLE audit (
        brand_id uuid NOT NULL REFERENCES brands (id),
        number bigint NOT NULL,
        at bigint NOT NULL,
        actor_id uuid,
        act text NOT NULL,
        target_kind text NOT NULL,
        target_id uuid NOT NULL,
        before text NOT NULL,
        after text NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (brand_id, number)
    )
    "
);
