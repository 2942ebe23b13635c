//! The stage of a webinar: its state and lease, who is on it, who was there, what is sent and recorded.

crate::step!(
    "m0007_stage",
    "
    CREATE TABLE stages (
        webinar_id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        state text NOT NULL,
        since bigint NOT NULL,
        live_at bigint,
        locked boolean NOT NULL,
        node text,
        boot uuid,
        epoch bigint NOT NULL,
        lease_until bigint,
        version bigint NOT NULL,
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id)
    );
    CREATE TABLE stage_people (
        webinar_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        role text NOT NULL,
        audio_muted boolean NOT NULL,
        video_muted boolean NOT NULL,
        sent_out_at bigint,
        PRIMARY KEY (webinar_id, member_id),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (group_id, member_id) REFERENCES group_members (group_id, member_id) ON DELETE CASCADE
    );
    CREATE TABLE stage_arrivals (
        id uuid PRIMARY KEY,
        webinar_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        device text NOT NULL,
        arrived_at bigint NOT NULL,
        renewed_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        present boolean NOT NULL,
        left_at bigint,
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE UNIQUE INDEX stage_arrivals_present ON stage_arrivals (webinar_id, member_id, device) WHERE present;
    CREATE INDEX stage_arrivals_member ON stage_arrivals (webinar_id, member_id, arrived_at);
    CREATE INDEX stage_arrivals_expiry ON stage_arrivals (expires_at) WHERE present;
    CREATE TABLE stage_keys (
        id uuid PRIMARY KEY,
        webinar_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        maker_id uuid NOT NULL,
        use text NOT NULL,
        name text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_at bigint NOT NULL,
        revoked_at bigint,
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (brand_id, maker_id) REFERENCES members (brand_id, id)
    );
    CREATE INDEX stage_keys_webinar ON stage_keys (webinar_id, id);
    CREATE TABLE stage_publications (
        webinar_id uuid NOT NULL,
        peer uuid NOT NULL,
        kind text NOT NULL,
        brand_id uuid NOT NULL,
        member_id uuid,
        key_id uuid,
        connection uuid NOT NULL UNIQUE,
        boot uuid NOT NULL,
        since bigint NOT NULL,
        PRIMARY KEY (webinar_id, peer, kind),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id),
        FOREIGN KEY (key_id) REFERENCES stage_keys (id)
    );
    CREATE TABLE recordings (
        id uuid PRIMARY KEY,
        webinar_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        starter_id uuid NOT NULL,
        started_at bigint NOT NULL,
        ended_at bigint,
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (brand_id, starter_id) REFERENCES members (brand_id, id)
    );
    CREATE UNIQUE INDEX recordings_open ON recordings (webinar_id) WHERE ended_at IS NULL;
    CREATE TABLE recording_parts (
        id uuid PRIMARY KEY,
        recording_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        peer uuid NOT NULL,
        kind text NOT NULL,
        file text NOT NULL,
        offset_ms bigint NOT NULL,
        duration_ms bigint,
        UNIQUE (recording_id, file),
        FOREIGN KEY (brand_id, recording_id) REFERENCES recordings (brand_id, id)
    )
    "
);
