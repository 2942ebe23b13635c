//! Brands, groups and the people in them, made quickly.

use guildhall::access::{BrandRole, GroupRole, admit_by_operator};
use guildhall::accounts::{Device, Email, NewAccount, TimeZoneName, begin_login, create_account};
use guildhall::members::{NewMember, Profile, insert_member, join_groups};
use guildhall::platform::ids::{AccountId, BrandId, GroupId, MemberId};
use guildhall::platform::language::Language;
use serde_json::{Value, json};

use crate::house::House;
use crate::person::Person;

/// The password of everybody in the house.
pub const PASSWORD: &str = "kupferdach-morgen-9";

/// A brand with its owner.
#[derive(Debug, Clone)]
pub struct Brand {
    pub id: String,
    pub owner: Person,
}

/// A group with its two first channels.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: String,
    pub chat: String,
    pub announcements: String,
}

impl House {
    /// Founds a brand by the front door; its owner is logged in.
    pub async fn brand(&self, name: &str) -> Brand {
        let token = self.founding_token().await;
        let email = format!("owner@{}.example", name.to_lowercase().replace(' ', "-"));
        let mut owner = Person::new(&self.url(), &email, None);
        let me = owner
            .post(
                "/setup",
                &json!({ "token": token, "email": email, "password": PASSWORD, "name": "Olga Ohm", "language": "de",
                         "time_zone": "Europe/Berlin", "brand_name": name, "colour": "#006b55" }),
            )
            .await
            .ok();
        let membership = &me["memberships"][0];
        owner.member = id_of(&membership["member"]);
        owner.brand = id_of(&membership["brand"]);
        Brand { id: owner.brand.clone(), owner }
    }

    /// A new account as a member of a brand and of groups, logged in. The way by invitation has walks of its own.
    pub async fn member(&self, brand: &Brand, name: &str, groups: &[(&Group, GroupRole)]) -> Person {
        let app = self.app();
        let email = format!("{}@{}.example", name.to_lowercase(), &brand.id[28..]);
        let password_hash = app.passwords.hash_new(PASSWORD, &[]).await.unwrap();
        let tx = app.store.begin().await.unwrap();
        let account = AccountId(app.ids.uuid(tx.now()));
        let new = NewAccount {
            email: Email::parse(&email).unwrap(),
            password_hash,
            language: Language::En,
            time_zone: TimeZoneName::parse("Europe/Berlin").unwrap(),
        };
        create_account(&tx, account, &new).await.unwrap();
        let brand_id: BrandId = brand.id.parse().unwrap();
        let id = MemberId(app.ids.uuid(tx.now()));
        let profile = Profile::parse(name, "Hallmann Systeme", "Engineer").unwrap();
        let places = groups.iter().map(|(group, role)| (group.id.parse::<GroupId>().unwrap(), *role)).collect();
        let admission = admit_by_operator(&tx, brand_id, BrandRole::Member, places);
        insert_member(&admission, NewMember { id, account, profile }).await.unwrap();
        join_groups(&admission, id).await.unwrap();
        let device = Device { user_agent: "test".into(), address: [127, 0, 0, 1].into() };
        let (_, secret) = begin_login(&tx, app, account, &device).await.unwrap();
        tx.commit().await.unwrap();
        let mut person = Person::new(&self.url(), &email, Some(format!("guildhall={}", secret.reveal())));
        person.member = id.to_string();
        person.brand.clone_from(&brand.id);
        person
    }
}

impl Brand {
    /// Makes a group by the front door; the owner hosts it.
    pub async fn group(&self, name: &str) -> Group {
        let group = self.owner.post(&format!("/brands/{}/groups", self.id), &json!({ "name": name })).await.ok();
        let id = id_of(&group);
        let snapshot = self.owner.get(&format!("/groups/{id}")).await.ok();
        let channel = |kind: &str| {
            let channels = snapshot["channels"].as_array().expect("channels");
            id_of(channels.iter().find(|channel| channel["kind"] == kind).expect("a channel of the kind"))
        };
        Group { chat: channel("chat"), announcements: channel("announcements"), id }
    }
}

/// The `id` of a thing.
#[track_caller]
pub fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id in {thing}")).to_owned()
}
