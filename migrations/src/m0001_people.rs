//! Accounts, log-ins, brands, members, groups, invitations.

crate::step!(
    "m0001_people",
    "
    CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        email text NOT NULL UNIQUE,
        password_hash text NOT NULL,
        language text NOT NULL,
        time_zone text NOT NULL,
        created_at bigint NOT NULL,
        deactivated_at bigint
    );
    CREATE TABLE logins (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id),
        token_hash bytea NOT NULL UNIQUE,
        previous_hash bytea UNIQUE,
        rotated_at bigint NOT NULL,
        user_agent text NOT NULL,
        created_at bigint NOT NULL,
        last_seen_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        ended_at bigint
    );
    CREATE INDEX logins_account ON logins (account_id);
    CREATE TABLE mailed_tokens (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id),
        purpose text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        used_at bigint
    );
    CREATE TABLE used_tickets (
        id uuid PRIMARY KEY,
        expires_at bigint NOT NULL
    );
    CREATE INDEX used_tickets_expiry ON used_tickets (expires_at);
    CREATE TABLE settings (
        key text PRIMARY KEY,
        value text NOT NULL
    );

    CREATE TABLE brands (
        id uuid PRIMARY KEY,
        slug text NOT NULL UNIQUE,
        name text NOT NULL,
        colour text NOT NULL,
        logo_key text,
        logo_mime text,
        default_language text NOT NULL,
        version bigint NOT NULL,
        created_at bigint NOT NULL
    );
    CREATE TABLE members (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL REFERENCES brands (id),
        account_id uuid NOT NULL REFERENCES accounts (id),
        name text NOT NULL,
        company text NOT NULL,
        job_title text NOT NULL,
        folded text NOT NULL,
        role text NOT NULL,
        state text NOT NULL,
        joined_at bigint NOT NULL,
        UNIQUE (brand_id, account_id),
        UNIQUE (brand_id, id)
    );
    CREATE INDEX members_account ON members (account_id);
    CREATE TABLE groups (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL REFERENCES brands (id),
        name text NOT NULL,
        description text NOT NULL,
        version bigint NOT NULL,
        created_at bigint NOT NULL,
        archived_at bigint,
        UNIQUE (brand_id, id)
    );
    CREATE TABLE group_members (
        group_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        role text NOT NULL,
        joined_at bigint NOT NULL,
        joined_position bigint NOT NULL,
        muted_until bigint,
        PRIMARY KEY (group_id, member_id),
        FOREIGN KEY (brand_id, group_id) REFERENCES groups (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE INDEX group_members_member ON group_members (member_id);

    CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        brand_id uuid NOT NULL REFERENCES brands (id),
        inviter_id uuid NOT NULL,
        kind text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        email text,
        domain text,
        brand_role text NOT NULL,
        group_role text NOT NULL,
        greeting text NOT NULL,
        max_uses bigint NOT NULL,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        revoked_at bigint,
        pending_email text,
        UNIQUE (brand_id, id),
        UNIQUE (brand_id, pending_email),
        FOREIGN KEY (brand_id, inviter_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE invitation_groups (
        invitation_id uuid NOT NULL,
        group_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        inviter_id uuid NOT NULL,
        role text NOT NULL,
        PRIMARY KEY (invitation_id, group_id),
        FOREIGN KEY (brand_id, inviter_id) REFERENCES members (brand_id, id),
        FOREIGN KEY (brand_id, invitation_id) REFERENCES invitations (brand_id, id),
        FOREIGN KEY (brand_id, group_id) REFERENCES groups (brand_id, id)
    );
    CREATE TABLE redemptions (
        invitation_id uuid NOT NULL,
        seat bigint NOT NULL,
        brand_id uuid NOT NULL,
        member_id uuid NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (invitation_id, seat),
        UNIQUE (invitation_id, member_id),
        FOREIGN KEY (brand_id, invitation_id) REFERENCES invitations (brand_id, id),
        FOREIGN KEY (brand_id, member_id) REFERENCES members (brand_id, id)
    );
    CREATE TABLE invitation_codes (
        invitation_id uuid NOT NULL REFERENCES invitations (id),
        email text NOT NULL,
        code_hash bytea NOT NULL,
        tries bigint NOT NULL,
        expires_at bigint NOT NULL,
        PRIMARY KEY (invitation_id, email)
    )
    "
);
