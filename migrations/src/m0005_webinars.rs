//! Webinars, registrations, personal calendar feeds.

crate::step!(
    "m0005_webinars",
    "
    CREATE TABLE webinars (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        host_id uuid NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        html text NOT NULL,
        local_start text NOT NULL,
        time_zone text NOT NULL,
        starts_at bigint NOT NULL,
        duration_minutes bigint NOT NULL,
        capacity bigint,
        state text NOT NULL,
        sequence bigint NOT NULL,
        version bigint NOT NULL,
        created_at bigint NOT NULL,
        published_at bigint,
        channel_id uuid,
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, group_id) REFERENCES groups (brand_id, id),
        FOREIGN KEY (brand_id, host_id) REFERENCES members (brand_id, id),
        FOREIGN KEY (brand_id, channel_id) REFERENCES channels (brand_id, id)
    );
    CREATE INDEX webinars_group ON webinars (group_id, starts_at);
    CREATE TABLE registrations (
        webinar_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        seat bigint NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (webinar_id, member_id),
        UNIQUE (webinar_id, seat),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (group_id, member_id) REFERENCES group_members (group_id, member_id) ON DELETE CASCADE
    );
    CREATE INDEX registrations_member ON registrations (group_id, member_id);
    CREATE TABLE calendar_feeds (
        member_id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_at bigint NOT NULL,
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    )
    "
);
