//! Knowledge threads and their replies.

crate::step!(
    "m0004_knowledge",
    "
    CREATE TABLE threads (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        html text NOT NULL,
        tags text NOT NULL,
        author_id uuid NOT NULL,
        client_key text NOT NULL,
        request_hash bytea NOT NULL,
        state text NOT NULL,
        accepted_reply_id uuid,
        revision bigint NOT NULL,
        created_at bigint NOT NULL,
        edited_at bigint,
        updated_at bigint NOT NULL,
        deleted_at bigint,
        UNIQUE (author_id, client_key),
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, group_id) REFERENCES groups (brand_id, id),
        FOREIGN KEY (brand_id, author_id) REFERENCES members (brand_id, id)
    );
    CREATE INDEX threads_group ON threads (group_id, updated_at);
    CREATE TABLE replies (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        thread_id uuid NOT NULL,
        position bigint NOT NULL,
        author_id uuid NOT NULL,
        client_key text NOT NULL,
        request_hash bytea NOT NULL,
        body text NOT NULL,
        html text NOT NULL,
        revision bigint NOT NULL,
        created_at bigint NOT NULL,
        edited_at bigint,
        deleted_at bigint,
        UNIQUE (author_id, client_key),
        FOREIGN KEY (brand_id, thread_id) REFERENCES threads (brand_id, id),
        FOREIGN KEY (brand_id, author_id) REFERENCES members (brand_id, id)
    );
    CREATE INDEX replies_thread ON replies (thread_id, position)
    "
);
