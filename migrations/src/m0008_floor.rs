//! The floor of a webinar: how its chat and its questions run, its slides, hands, questions and polls.
//!
//! An anonymous poll leaves its voters in one table and its numbers in another, and nothing of one stands in the other:
//! neither time nor order. The two tables that take part are kept in the order of their keys on SQLite, so that not even
//! the order of rows tells who came first.

crate::step!(
    "m0008_floor",
    "
    CREATE TABLE floors (
        webinar_id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        moderated boolean NOT NULL,
        anonymous_questions boolean NOT NULL,
        slow_seconds bigint NOT NULL,
        hosts_only boolean NOT NULL,
        slides_file_id uuid,
        slides_page bigint NOT NULL,
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id)
    );
    CREATE TABLE turns (
        channel_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (channel_id, member_id),
        FOREIGN KEY (brand_id, channel_id) REFERENCES channels (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE decks (
        file_id uuid PRIMARY KEY REFERENCES files (id),
        brand_id uuid NOT NULL,
        webinar_id uuid NOT NULL,
        at bigint NOT NULL,
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id)
    );
    CREATE TABLE hands (
        webinar_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        position bigint NOT NULL,
        raised_at bigint NOT NULL,
        PRIMARY KEY (webinar_id, member_id),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (group_id, member_id) REFERENCES group_members (group_id, member_id) ON DELETE CASCADE
    );
    CREATE INDEX hands_member ON hands (group_id, member_id);
    CREATE TABLE questions (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        webinar_id uuid NOT NULL,
        position bigint NOT NULL,
        author_id uuid NOT NULL,
        client_key text NOT NULL,
        request_hash bytea NOT NULL,
        body text NOT NULL,
        anonymous boolean NOT NULL,
        state text NOT NULL,
        pinned boolean NOT NULL,
        answer text,
        answered_by uuid,
        answered_at bigint,
        live_at bigint,
        revision bigint NOT NULL,
        asked_at bigint NOT NULL,
        deleted_at bigint,
        UNIQUE (author_id, client_key),
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (brand_id, author_id) REFERENCES members (brand_id, id),
        FOREIGN KEY (brand_id, answered_by) REFERENCES members (brand_id, id)
    );
    CREATE INDEX questions_webinar ON questions (webinar_id, position);
    CREATE UNIQUE INDEX questions_pinned ON questions (webinar_id) WHERE pinned;
    CREATE UNIQUE INDEX questions_live ON questions (webinar_id) WHERE state = 'live';
    CREATE TABLE question_votes (
        question_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        PRIMARY KEY (question_id, member_id),
        FOREIGN KEY (brand_id, question_id) REFERENCES questions (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE polls (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        webinar_id uuid NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        anonymous boolean NOT NULL,
        state text NOT NULL,
        results text NOT NULL,
        scale_min bigint,
        scale_max bigint,
        revision bigint NOT NULL,
        created_at bigint NOT NULL,
        UNIQUE (brand_id, id),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id)
    );
    CREATE INDEX polls_webinar ON polls (webinar_id, id);
    CREATE TABLE poll_options (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL,
        poll_id uuid NOT NULL,
        place bigint NOT NULL,
        text text NOT NULL,
        correct boolean,
        UNIQUE (poll_id, place),
        FOREIGN KEY (brand_id, poll_id) REFERENCES polls (brand_id, id)
    );
    CREATE TABLE poll_choices (
        poll_id uuid NOT NULL,
        member_id uuid NOT NULL,
        choice text NOT NULL,
        label text NOT NULL,
        brand_id uuid NOT NULL,
        PRIMARY KEY (poll_id, member_id, choice),
        FOREIGN KEY (brand_id, poll_id) REFERENCES polls (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE poll_voters (
        poll_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        PRIMARY KEY (poll_id, member_id),
        FOREIGN KEY (brand_id, poll_id) REFERENCES polls (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    ) /* by key */;
    CREATE TABLE poll_tallies (
        poll_id uuid NOT NULL,
        choice text NOT NULL,
        label text NOT NULL,
        brand_id uuid NOT NULL,
        votes bigint NOT NULL,
        PRIMARY KEY (poll_id, choice),
        FOREIGN KEY (brand_id, poll_id) REFERENCES polls (brand_id, id)
    ) /* by key */
    "
);
