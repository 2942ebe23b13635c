//! Channels, messages, reactions, read markers, files.

crate::step!(
    "m0003_talk",
    "
    CREATE TABLE channels (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        stream_id uuid NOT NULL REFERENCES streams (id),
        name text NOT NULL,
        topic text NOT NULL,
        kind text NOT NULL,
        webinar_id uuid,
        version bigint NOT NULL,
        created_at bigint NOT NULL,
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, group_id) REFERENCES groups (brand_id, id)
    );
    CREATE INDEX channels_group ON channels (group_id);
    CREATE TABLE messages (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        position bigint NOT NULL,
        author_id uuid NOT NULL,
        client_key text NOT NULL,
        request_hash bytea NOT NULL,
        body text NOT NULL,
        html text NOT NULL,
        reply_to uuid REFERENCES messages (id),
        revision bigint NOT NULL,
        created_at bigint NOT NULL,
        edited_at bigint,
        deleted_at bigint,
        UNIQUE (author_id, client_key),
        UNIQUE (channel_id, position),
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, channel_id) REFERENCES channels (brand_id, id),
        FOREIGN KEY (brand_id, author_id) REFERENCES members (brand_id, id)
    );
    CREATE INDEX messages_replies ON messages (reply_to, position);
    CREATE TABLE reactions (
        message_id uuid NOT NULL,
        member_id uuid NOT NULL,
        emoji text NOT NULL,
        brand_id uuid NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (message_id, emoji, member_id),
        FOREIGN KEY (brand_id, message_id) REFERENCES messages (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE markers (
        channel_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (channel_id, member_id),
        FOREIGN KEY (brand_id, channel_id) REFERENCES channels (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE files (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        uploader_id uuid NOT NULL,
        message_id uuid,
        name text NOT NULL,
        mime text NOT NULL,
        size bigint NOT NULL,
        sha256 bytea NOT NULL,
        width bigint,
        height bigint,
        blob_key text NOT NULL,
        thumb_key text,
        created_at bigint NOT NULL,
        deleted_at bigint,
        FOREIGN KEY (brand_id, group_id) REFERENCES groups (brand_id, id),
        FOREIGN KEY (brand_id, uploader_id) REFERENCES members (brand_id, id),
        FOREIGN KEY (brand_id, message_id) REFERENCES messages (brand_id, id)
    );
    CREATE INDEX files_message ON files (message_id);
    CREATE INDEX files_brand ON files (brand_id);
    CREATE INDEX files_uploader ON files (uploader_id)
    "
);
