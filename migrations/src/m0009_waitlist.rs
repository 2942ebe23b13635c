//! Who waits for a seat in a webinar, in order, and to whom a free one is offered.

crate::step!(
    "m0009_waitlist",
    "
    CREATE TABLE waiting (
        webinar_id uuid NOT NULL,
        member_id uuid NOT NULL,
        brand_id uuid NOT NULL,
        group_id uuid NOT NULL,
        place bigint NOT NULL,
        at bigint NOT NULL,
        offer_until bigint,
        PRIMARY KEY (webinar_id, member_id),
        UNIQUE (webinar_id, place),
        FOREIGN KEY (brand_id, webinar_id) REFERENCES webinars (brand_id, id),
        FOREIGN KEY (group_id, member_id) REFERENCES group_members (group_id, member_id) ON DELETE CASCADE
    );
    CREATE INDEX waiting_member ON waiting (group_id, member_id)
    "
);
