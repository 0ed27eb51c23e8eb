//! Agents: registration and its answer, sign-in with a second factor, the authority of a family, nothing of others.
use crate::support::{
    Office, answers, both, draft, last4, national_id, photo, staff, usual_wish, wish,
};
use chrono::TimeDelta;
use desk::agent::AgentSignIn;
use desk::office::CallOutcome;
use desk::request::Access;
use desk::{Desk, Trouble};
use domain::agent::{AgentActor, ConfirmedBy, OrganisationKind, Standing, StandingDecision};
use domain::form::{Lang, RawFields};
use domain::paper::PaperKind;
use domain::request::{Action, Event, Refusal, Role, StaffActor, Status};

const PASSWORD: &str = "เรือใบสีส้มกลางทุ่งนา";

fn registration(n: u32) -> RawFields {
    [
        ("agent.kind", "funeral_director".to_owned()),
        ("agent.organisation", format!("ร้านสุขาวดี {n}")),
        ("agent.name", "นายเกษม สุขาวดี".to_owned()),
        ("agent.phone", phone(n)),
        ("agent.licence", "ตง 123/2560".to_owned()),
        ("password", PASSWORD.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn phone(n: u32) -> String {
    format!("09{n:08}")
}

/// The code of an app that holds the secret, now; half a minute later, so that no code comes twice.
fn code(office: &Office, secret: &str) -> String {
    office.clock.advance(TimeDelta::seconds(30));
    let secret = data_encoding::BASE32_NOPAD
        .decode(secret.as_bytes())
        .unwrap();
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(secret)
        .build()
        .unwrap();
    totp.generate(u64::try_from(office.desk.now().timestamp()).unwrap())
        .to_string()
}

async fn waiting(desk: &Desk, officer: &StaffActor) -> uuid::Uuid {
    let list = desk.agents(officer, Standing::Waiting, None).await.unwrap();
    list.rows.last().expect("one that waits").id
}

/// Registered, approved, signed in.
async fn agent(office: &Office, officer: &StaffActor, n: u32) -> AgentActor {
    let desk = &office.desk;
    desk.register_agent(&registration(n), "a").await.unwrap();
    let id = waiting(desk, officer).await;
    desk.decide_agent(officer, id, &StandingDecision::Approve)
        .await
        .unwrap();
    let (token, _) = enrol(office, n).await;
    desk.agent_by_session(&token).await.unwrap()
}

async fn enrol(office: &Office, n: u32) -> (String, Vec<String>) {
    let desk = &office.desk;
    let signed_in = desk.agent_sign_in(&phone(n), PASSWORD, "a").await.unwrap();
    let AgentSignIn::Enrol(half) = signed_in else {
        panic!("{signed_in:?}")
    };
    let secret = desk.agent_enrolment(&half.token).await.unwrap().secret;
    let (token, codes) = desk
        .agent_sign_in_code(&half.token, &code(office, &secret))
        .await
        .unwrap();
    (token, codes.expect("recovery codes, once"))
}

/// A request that an agent sends for the n-th family.
async fn send(desk: &Desk, agent: &AgentActor, n: u32, fields: RawFields) -> String {
    let draft = desk.start_draft(agent, Lang::Th).await.unwrap();
    desk.save_draft(agent, &draft, fields).await.unwrap();
    let sent = desk.send_draft(agent, &draft).await;
    let reference = sent.unwrap_or_else(|trouble| panic!("family {n}: {trouble:?}"));
    reference.as_str().to_owned()
}

fn other_day(n: u32) -> RawFields {
    answers(n, &wish(Some(("2026-11-28", "10:00")), None))
}

#[tokio::test]
async fn an_agent_registers_is_let_in_and_signs_in_with_a_second_factor() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let mut wrong = registration(1);
        wrong.insert("agent.phone".into(), "1".into());
        wrong.insert("password".into(), "password123".into());
        let Err(Trouble::Invalid(errors)) = desk.register_agent(&wrong, "a").await else {
            panic!("accepted")
        };
        assert!(errors.of("agent.phone").is_some() && errors.of("password").is_some());

        desk.register_agent(&registration(1), "a").await.unwrap();
        desk.register_agent(&registration(1), "a")
            .await
            .expect("nobody learns that the phone has an account");
        let list = desk
            .agents(&officer, Standing::Waiting, None)
            .await
            .unwrap();
        assert_eq!((list.rows.len(), list.waiting), (1, 1));
        let id = list.rows[0].id;
        assert_eq!(list.rows[0].kind, OrganisationKind::FuneralDirector);

        let sign_in = async |password: &str| desk.agent_sign_in(&phone(1), password, "b").await;
        assert!(matches!(sign_in("wrong").await, Err(Trouble::NotAllowed)));
        assert_eq!(sign_in(PASSWORD).await.unwrap(), AgentSignIn::Waiting);
        desk.decide_agent(&officer, id, &StandingDecision::Approve)
            .await
            .unwrap();
        assert!(matches!(
            desk.decide_agent(&officer, id, &StandingDecision::Approve)
                .await,
            Err(Trouble::Refused(Refusal::WrongState))
        ));

        let (token, codes) = enrol(&office, 1).await;
        assert_eq!(codes.len(), 10);
        let actor = desk.agent_by_session(&token).await.unwrap();
        assert_eq!((actor.id, actor.phone.canonical()), (id, &*phone(1)));
        assert!(
            matches!(
                desk.staff_by_session(&token).await,
                Err(Trouble::SignInRequired)
            ),
            "an agent's session is no session of staff"
        );

        // The second time a code is asked, and the secret is shown no more.
        let AgentSignIn::Code(half) = sign_in(PASSWORD).await.unwrap() else {
            panic!("not asked for a code")
        };
        assert!(matches!(
            desk.agent_enrolment(&half.token).await,
            Err(Trouble::NotFound)
        ));
        assert!(matches!(
            desk.agent_by_session(&half.token).await,
            Err(Trouble::SignInRequired)
        ));
        assert!(matches!(
            desk.agent_sign_in_code(&half.token, "000000").await,
            Err(Trouble::NotAllowed)
        ));
        let (again, none) = desk
            .agent_sign_in_code(&half.token, &codes[0])
            .await
            .expect("a recovery code");
        assert_eq!(none, None);
        assert!(desk.agent_by_session(&again).await.is_ok());

        // Closing the account ends what is open; it may be opened again.
        let close = StandingDecision::Disable {
            reason: "ถูกร้องเรียน".into(),
        };
        desk.decide_agent(&officer, id, &close).await.unwrap();
        for token in [&token, &again] {
            assert!(matches!(
                desk.agent_by_session(token).await,
                Err(Trouble::SignInRequired)
            ));
        }
        assert_eq!(
            sign_in(PASSWORD).await.unwrap(),
            AgentSignIn::Shut {
                reason: "ถูกร้องเรียน".into()
            }
        );
        desk.decide_agent(&officer, id, &StandingDecision::Approve)
            .await
            .unwrap();

        // A lost phone: a new password and a new second factor.
        let password = desk.reset_agent(&officer, id).await.unwrap();
        assert!(matches!(sign_in(PASSWORD).await, Err(Trouble::NotAllowed)));
        assert!(matches!(
            sign_in(&password).await.unwrap(),
            AgentSignIn::Enrol(_)
        ));
        assert!(desk.verify_audit().await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_the_latest_after_twelve_hours() {
    both(async |office| {
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let desk = &office.desk;
        desk.register_agent(&registration(1), "a").await.unwrap();
        let id = waiting(desk, &officer).await;
        desk.decide_agent(&officer, id, &StandingDecision::Approve)
            .await
            .unwrap();
        let (token, _) = enrol(&office, 1).await;
        for _ in 0..14 {
            office.clock.advance(TimeDelta::minutes(50));
            assert!(desk.agent_by_session(&token).await.is_ok());
        }
        office.clock.advance(TimeDelta::minutes(30));
        assert!(
            matches!(
                desk.agent_by_session(&token).await,
                Err(Trouble::SignInRequired)
            ),
            "twelve hours are over"
        );
        let AgentSignIn::Code(half) = desk.agent_sign_in(&phone(1), PASSWORD, "a").await.unwrap()
        else {
            panic!("not asked for a code")
        };
        office.clock.advance(TimeDelta::minutes(11));
        assert!(matches!(
            desk.agent_sign_in_code(&half.token, "123456").await,
            Err(Trouble::SignInRequired)
        ));
    })
    .await;
}

#[tokio::test]
async fn the_family_sees_its_agent_confirms_it_and_takes_the_request_away() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer, Role::Approver]).await;
        let agent = agent(&office, &officer, 7).await;
        let mut fields = answers(1, &usual_wish());
        // The agent's own number is no way in for it, neither as the family's nor as a helper's.
        fields.insert("filling_for".into(), "other".into());
        fields.insert("helper.phone".into(), phone(7));
        let reference = send(desk, &agent, 1, fields).await;
        let by_family = Access::family(&reference, "0001", "home");
        assert!(matches!(
            desk.track(&reference, &last4(7), "shop").await,
            Err(Trouble::NotFound)
        ));

        let file = desk.open_request(&officer, &reference).await.unwrap();
        assert!(
            file.verified && file.lapse_at.is_none(),
            "an account answers for it"
        );
        assert_eq!((file.channel.as_str(), file.helper_phone), ("agent", None));
        assert!(
            file.history[0].actor.th.contains("ร้านสุขาวดี"),
            "{:?}",
            file.history
        );
        let calls = desk.call_list(&officer).await.unwrap();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].about, "authority");
        let sheet = desk.call(&officer, calls[0].id).await.unwrap();
        assert!(
            sheet.what_to_say.th.contains("ร้านสุขาวดี 7"),
            "{:?}",
            sheet.what_to_say
        );

        // Confirmed once, however often the button is pressed; the call is not made any more.
        let seen = desk.agent_on(&by_family).await.unwrap().expect("an agent");
        assert_eq!(seen.authority.confirmed, None);
        assert_eq!(seen.agent.organisation, "ร้านสุขาวดี 7");
        for _ in 0..2 {
            desk.confirm_agent(&reference, "0001", "home")
                .await
                .unwrap();
        }
        let seen = desk.agent_on(&by_family).await.unwrap().unwrap();
        let confirmed = seen.authority.confirmed.map(|(by, _)| by);
        assert_eq!(confirmed, Some(ConfirmedBy::Tracking));
        assert!(desk.call_list(&officer).await.unwrap().is_empty());

        // What the agent does, the family sees: the sending, an opening, a withdrawal.
        let cases = desk.agent_cases(&agent, None).await.unwrap();
        assert_eq!(cases.rows.len(), 1);
        assert_eq!(cases.rows[0].reference.as_str(), reference);
        desk.agent_case(&agent, &reference).await.unwrap();
        let seen = desk.agent_on(&by_family).await.unwrap().unwrap();
        let acts: Vec<_> = seen.acts.iter().map(|act| act.words.en.as_str()).collect();
        assert_eq!(acts, ["Request sent", "Opened the request"]);

        // Taken away: the request stays, the agent sees nothing, the office calls.
        for _ in 0..2 {
            desk.revoke_agent(&reference, "0001", "home").await.unwrap();
        }
        let view = desk.track(&reference, "0001", "home").await.unwrap();
        assert_eq!(view.status, Status::Submitted);
        let by_agent = Access::agent(&agent, &reference);
        for outcome in [
            desk.track_by(&by_agent).await,
            desk.withdraw_by(&by_agent).await,
            desk.agent_case(&agent, &reference).await,
            desk.correct_by(&by_agent, RawFields::new()).await,
            desk.answer_certificate_by(&by_agent, &RawFields::new())
                .await,
        ] {
            assert!(matches!(outcome, Err(Trouble::NotFound)), "{outcome:?}");
        }
        assert!(
            desk.agent_cases(&agent, None)
                .await
                .unwrap()
                .rows
                .is_empty()
        );
        let calls = desk.call_list(&officer).await.unwrap();
        let about: Vec<_> = calls.iter().map(|call| call.about.as_str()).collect();
        assert_eq!(about, ["authority_revoked"]);
        assert!(matches!(
            desk.confirm_agent(&reference, "0001", "home").await,
            Err(Trouble::Refused(Refusal::WrongState))
        ));
        let record = desk.agent_account(&officer, agent.id).await.unwrap().record;
        assert_eq!(
            (record.sent, record.revoked, record.rate()),
            (1, 1, Some(0))
        );
        assert!(desk.verify_audit().await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_agent_sees_and_changes_nothing_of_others() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let (one, two) = (
            agent(&office, &officer, 1).await,
            agent(&office, &officer, 2).await,
        );
        let mine = send(desk, &one, 1, answers(1, &usual_wish())).await;
        // Sent by a family itself.
        let (browser, id) = draft(&office, 2, &wish(Some(("2026-11-26", "13:00")), None)).await;
        let familys = desk.send_draft(&browser, &id).await.unwrap();
        for (agent, reference) in [(&two, &*mine), (&one, familys.as_str()), (&one, "x")] {
            let access = Access::agent(agent, reference);
            for outcome in [
                desk.track_by(&access).await,
                desk.withdraw_by(&access).await,
                desk.agent_case(agent, reference).await,
                desk.correct_by(&access, RawFields::new()).await,
            ] {
                assert!(matches!(outcome, Err(Trouble::NotFound)), "{outcome:?}");
            }
            assert!(matches!(
                desk.agent_on(&access).await,
                Err(Trouble::NotFound)
            ));
        }
        assert!(desk.agent_cases(&two, None).await.unwrap().rows.is_empty());
        // Nor a draft of another agent or of a browser, nor may a cookie pretend.
        let theirs = desk.start_draft(&one, Lang::Th).await.unwrap();
        assert!(matches!(
            desk.draft(&two, &theirs).await,
            Err(Trouble::NotFound)
        ));
        for cookie in [format!("agent:{}", one.id), one.id.to_string()] {
            let forged = desk::draft::Browser(cookie);
            assert!(matches!(
                desk.draft(&forged, &theirs).await,
                Err(Trouble::NotFound)
            ));
        }
        assert_eq!(desk.drafts(&one).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_letter_or_a_call_confirms_and_staff_take_away_on_the_familys_word() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let admin = staff(&office, "admin", &[Role::Administrator]).await;
        let agent = agent(&office, &officer, 7).await;
        let first = send(desk, &agent, 1, answers(1, &usual_wish())).await;
        let second = send(desk, &agent, 2, other_day(2)).await;
        let calls = desk.call_list(&officer).await.unwrap();
        let call = calls
            .iter()
            .find(|call| call.reference.as_str() == first)
            .unwrap();
        desk.log_call(&officer, call.id, CallOutcome::NoAnswer)
            .await
            .unwrap();
        let confirmed = async |reference: &str| {
            let found = desk
                .agent_for_office(&officer, reference)
                .await
                .unwrap()
                .unwrap();
            found.authority.confirmed.map(|(by, _)| by)
        };
        assert_eq!(confirmed(&first).await, None);
        desk.log_call(&officer, call.id, CallOutcome::Reached)
            .await
            .unwrap();
        assert_eq!(confirmed(&first).await, Some(ConfirmedBy::Call));
        desk.confirm_agent_for(&officer, &second, ConfirmedBy::Letter)
            .await
            .unwrap();
        assert_eq!(confirmed(&second).await, Some(ConfirmedBy::Letter));
        assert!(desk.call_list(&officer).await.unwrap().is_empty());
        desk.revoke_agent_for(&officer, &second).await.unwrap();
        assert!(desk.agent_case(&agent, &second).await.is_err());
        for refused in [
            desk.revoke_agent_for(&admin, &first).await,
            desk.confirm_agent_for(&admin, &first, ConfirmedBy::Letter)
                .await,
            desk.decide_agent(&admin, agent.id, &StandingDecision::Approve)
                .await,
            desk.reset_agent(&admin, agent.id).await.map(drop),
            desk.agents(&admin, Standing::Approved, None)
                .await
                .map(drop),
            desk.agent_account(&admin, agent.id).await.map(drop),
            desk.agent_for_office(&admin, &first).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Trouble::NotAllowed)), "{refused:?}");
        }
        assert!(matches!(
            desk.confirm_agent_for(&officer, &first, ConfirmedBy::Tracking)
                .await,
            Err(Trouble::Refused(Refusal::NotAllowed))
        ));
    })
    .await;
}

#[tokio::test]
async fn an_agent_acts_as_the_family_could_but_never_takes_the_familys_phone() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let agent = agent(&office, &officer, 7).await;
        // The family's number must be the family's.
        let mut own = answers(1, &usual_wish());
        own.insert("applicant.phone".into(), phone(7));
        let draft = desk.start_draft(&agent, Lang::Th).await.unwrap();
        desk.save_draft(&agent, &draft, own).await.unwrap();
        let Err(Trouble::Invalid(errors)) = desk.send_draft(&agent, &draft).await else {
            panic!("accepted")
        };
        assert_eq!(
            errors.of("applicant.phone").map(|error| error.code),
            Some("agents_own")
        );

        let reference = send(desk, &agent, 1, answers(1, &usual_wish())).await;
        let version = desk
            .open_request(&officer, &reference)
            .await
            .unwrap()
            .version;
        let back = Action::Return {
            defects: vec!["เลขประจำตัวไม่ตรง".into()],
            correct_by: desk.now() + TimeDelta::hours(24),
        };
        desk.decide(&officer, &reference, version, back)
            .await
            .unwrap();
        let by_agent = Access::agent(&agent, &reference);
        let mut changes = RawFields::from([("applicant.phone".to_owned(), phone(7))]);
        let Err(Trouble::Invalid(errors)) = desk.correct_by(&by_agent, changes.clone()).await
        else {
            panic!("accepted")
        };
        assert_eq!(
            errors.of("applicant.phone").map(|error| error.code),
            Some("not_agents")
        );
        changes.clear();
        changes.insert("deceased.national_id".into(), national_id(5));
        let view = desk.correct_by(&by_agent, changes).await.unwrap();
        assert_eq!(view.status, Status::Submitted);
        let file = desk.open_request(&officer, &reference).await.unwrap();
        let last = file.history.last().unwrap();
        assert!(last.actor.th.contains("ร้านสุขาวดี 7"), "{last:?}");
        let view = desk.withdraw_by(&by_agent).await.unwrap();
        assert_eq!(view.status, Status::Withdrawn);
        let calls = desk.call_list(&officer).await.unwrap();
        let about: Vec<_> = calls.iter().map(|call| call.about.as_str()).collect();
        assert_eq!(
            about,
            ["withdrawn"],
            "the family is told what was given up in its name"
        );
        let record = desk.agent_account(&officer, agent.id).await.unwrap().record;
        assert_eq!(
            (record.sent, record.ended, record.ended_by_agent),
            (1, 1, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn agents_are_not_held_to_the_unverified_limit_but_to_a_pace_and_to_five_holds() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let agent = agent(&office, &officer, 7).await;
        let free: Vec<_> = desk
            .availability("2026-11-25".parse().unwrap(), "2026-12-10".parse().unwrap())
            .await
            .unwrap()
            .into_iter()
            .flat_map(|day| {
                day.rounds
                    .into_iter()
                    .filter(|round| round.free > 0)
                    .map(move |round| (day.date, round.round))
            })
            .collect();
        assert!(free.len() > 28, "{}", free.len());
        let at = |n: usize| {
            let (date, round) = free[n];
            wish(Some((&date.to_string(), &round.to_string())), None)
        };
        for n in 0..6 {
            let draft = desk.start_draft(&agent, Lang::Th).await.unwrap();
            let held = desk.hold(&agent, &draft, &at(n)).await;
            if n < 5 {
                assert!(held.is_ok(), "{n}: {held:?}");
            } else {
                assert!(matches!(held, Err(Trouble::TooManyUnverified)), "{held:?}");
            }
        }
        let mut sent = 0;
        let refused = loop {
            let draft = desk.start_draft(&agent, Lang::Th).await.unwrap();
            let n = 100 + sent;
            let mut fields = answers(n, &at(usize::try_from(n).unwrap() - 92));
            // One family's phone, far beyond the limit of two.
            fields.insert("applicant.phone".into(), "0812345678".into());
            desk.save_draft(&agent, &draft, fields).await.unwrap();
            match desk.send_draft(&agent, &draft).await {
                Ok(_) => sent += 1,
                Err(trouble) => break trouble,
            }
        };
        assert!(
            matches!(refused, Trouble::RateLimited { .. }),
            "{refused:?}"
        );
        assert_eq!(sent, 20);
    })
    .await;
}

#[tokio::test]
async fn an_agent_reads_nothing_through_its_draft_once_the_family_has_ended_it() {
    both(async |office| {
        let desk = &office.desk;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let agent = agent(&office, &officer, 7).await;
        let draft = desk.start_draft(&agent, Lang::Th).await.unwrap();
        desk.save_draft(&agent, &draft, answers(1, &usual_wish()))
            .await
            .unwrap();
        let reference = desk.send_draft(&agent, &draft).await.unwrap();
        assert!(desk.receipt(&agent, &draft).await.is_ok());
        desk.revoke_agent(reference.as_str(), &last4(1), "home")
            .await
            .unwrap();
        let read = desk.receipt(&agent, &draft).await;
        assert!(matches!(read, Err(Trouble::NotFound)), "{read:?}");
    })
    .await;
}

#[tokio::test]
async fn a_photo_that_is_on_its_way_when_the_family_takes_the_request_away_is_not_kept() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let agent = agent(&office, &officer, 7).await;
        let reference = send(desk, &agent, 1, answers(1, &usual_wish())).await;
        let by_agent = Access::agent(&agent, &reference);
        let pass = desk.admit_by(&by_agent).await.expect("let in");
        let put = |n| desk.send_photo(&pass, PaperKind::Authority, None, photo(n));
        put(1).await.expect("a photo");
        desk.revoke_agent(&reference, "0001", "home").await.unwrap();
        assert!(matches!(put(2).await, Err(Trouble::NotFound)));
        let papers = desk.papers(&officer, &reference).await.unwrap();
        assert_eq!(papers.papers.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_agent_that_acts_while_the_family_revokes_it_is_first_or_nothing() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer, Role::Approver]).await;
        let agent = agent(&office, &officer, 7).await;
        for n in 1..=16_u32 {
            // A day for each: what was given up by turns is not taken again.
            let day = format!("2026-12-{n:02}");
            let night = wish(None, Some(("sala-1", &day, 1)));
            let reference = send(desk, &agent, n, answers(n, &night)).await;
            let act = {
                let (office, agent, reference) = (office.clone(), agent.clone(), reference.clone());
                async move {
                    let (desk, by) = (&office.desk, Access::agent(&agent, &reference));
                    match n % 4 {
                        0 => desk.withdraw_by(&by).await.map(|_| ()),
                        1 => {
                            let other = wish(None, Some(("sala-2", &day, 1)));
                            desk.move_by(&by, &other).await.map(|_| ())
                        }
                        2 => {
                            let pass = desk.admit_by(&by).await?;
                            desk.send_photo(&pass, PaperKind::Authority, None, photo(1))
                                .await
                        }
                        _ => desk.ask_registry_by(&by).await,
                    }
                }
            };
            let revoke = {
                let (office, reference) = (office.clone(), reference.clone());
                async move {
                    office
                        .desk
                        .revoke_agent(&reference, &last4(n), "home")
                        .await
                }
            };
            let (acted, revoked) = tokio::join!(tokio::spawn(act), tokio::spawn(revoke));
            revoked.unwrap().expect("the family's word counts");
            let acted = acted.unwrap();
            assert!(
                matches!(
                    acted,
                    Ok(()) | Err(Trouble::NotFound | Trouble::DecidedFirst { .. })
                ),
                "{acted:?}"
            );
            // After it, nothing is the agent's.
            let file = desk.open_request(&officer, &reference).await.unwrap();
            let mut events = file.history.iter();
            assert!(
                events.any(|line| line.event == Event::AuthorityRevoked),
                "{:?}",
                file.history
            );
            assert!(
                events.all(|line| !line.actor.th.contains("ร้านสุขาวดี")),
                "{:?}",
                file.history
            );
            if file.status.is_live() {
                let reason = "จบการทดสอบ".to_owned();
                desk.decide(
                    &officer,
                    &reference,
                    file.version,
                    Action::Cancel { reason },
                )
                .await
                .unwrap();
            }
            office.clock.advance(TimeDelta::minutes(10));
        }
        let (report, _) = desk.verify_audit().await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_family_that_confirms_and_revokes_at_once_has_revoked() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let agent = agent(&office, &officer, 7).await;
        for n in 1..=6_u32 {
            let night = wish(None, Some(("sala-1", &format!("2026-11-2{}", 3 + n), 1)));
            let reference = send(desk, &agent, n, answers(n, &night)).await;
            let (last4, by) = (last4(n), ConfirmedBy::Call);
            let (confirmed, revoked) = tokio::join!(
                desk.confirm_agent_for(&officer, &reference, by),
                desk.revoke_agent(&reference, &last4, "home"),
            );
            revoked.expect("the family's word counts");
            assert!(
                matches!(
                    confirmed,
                    Ok(()) | Err(Trouble::Refused(Refusal::WrongState))
                ),
                "{confirmed:?}"
            );
            let found = desk.agent_for_office(&officer, &reference).await.unwrap();
            assert!(!found.expect("an agent").authority.is_open());
            let file = desk.open_request(&officer, &reference).await.unwrap();
            assert_eq!(file.history.last().unwrap().event, Event::AuthorityRevoked);
            office.clock.advance(TimeDelta::minutes(10));
        }
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_gave_a_place_up_for_one_family_does_not_take_it_for_another() {
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let (one, other) = (
            agent(&office, &officer, 7).await,
            agent(&office, &officer, 8).await,
        );
        let reference = send(desk, &one, 1, answers(1, &usual_wish())).await;
        desk.withdraw_by(&Access::agent(&one, &reference))
            .await
            .unwrap();
        // Another family, another deceased, the same agent: neither held nor sent, nor moved there.
        let draft = desk.start_draft(&one, Lang::Th).await.unwrap();
        desk.save_draft(&one, &draft, answers(2, &usual_wish()))
            .await
            .unwrap();
        let refused = |outcome: desk::Result<()>| match outcome {
            Err(Trouble::Invalid(errors)) => {
                let error = errors.of("cremation.round").expect("the round");
                assert_eq!(error.code, "cancelled_before");
            }
            outcome => panic!("{outcome:?}"),
        };
        refused(desk.hold(&one, &draft, &usual_wish()).await.map(|_| ()));
        refused(desk.send_draft(&one, &draft).await.map(|_| ()));
        let elsewhere = send(desk, &one, 3, other_day(3)).await;
        let by_one = Access::agent(&one, &elsewhere);
        refused(desk.move_by(&by_one, &usual_wish()).await.map(|_| ()));
        // What an agent is told applies to it alone.
        send(desk, &other, 4, answers(4, &usual_wish())).await;
    })
    .await;
}

#[tokio::test]
async fn an_agent_changes_its_password_and_every_other_session_ends() {
    const NEXT: &str = "ปลาทูสามตัวในเข่งเดียว";
    both(async |office| {
        let Office { desk, .. } = &office;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        desk.register_agent(&registration(7), "a").await.unwrap();
        let id = waiting(desk, &officer).await;
        desk.decide_agent(&officer, id, &StandingDecision::Approve)
            .await
            .unwrap();
        let AgentSignIn::Enrol(half) = desk.agent_sign_in(&phone(7), PASSWORD, "a").await.unwrap()
        else {
            panic!("not enrolled yet")
        };
        let secret = desk.agent_enrolment(&half.token).await.unwrap().secret;
        let sign_in = async |half: &str| {
            let code = code(&office, &secret);
            desk.agent_sign_in_code(half, &code).await.unwrap().0
        };
        let shop = sign_in(&half.token).await;
        let AgentSignIn::Code(half) = desk.agent_sign_in(&phone(7), PASSWORD, "b").await.unwrap()
        else {
            panic!("enrolled")
        };
        let lost = sign_in(&half.token).await;

        let change = async |current: &str, next: &str| {
            desk.change_agent_password(&shop, current, next, "a").await
        };
        for (current, next, field, wrong) in [
            ("อย่างอื่น", NEXT, "current", "wrong"),
            (PASSWORD, "short", "password", "length"),
            (PASSWORD, &phone(7), "password", "common"),
            (PASSWORD, PASSWORD, "password", "same"),
        ] {
            let Err(Trouble::Invalid(errors)) = change(current, next).await else {
                panic!("{next} was taken")
            };
            assert_eq!(errors.of(field).map(|error| error.code), Some(wrong));
        }
        let kept = change(PASSWORD, NEXT).await.expect("changed");
        assert!(desk.agent_by_session(&kept).await.is_ok());
        for ended in [&shop, &lost] {
            let outcome = desk.agent_by_session(ended).await;
            assert!(matches!(outcome, Err(Trouble::SignInRequired)));
        }
        let old = desk.agent_sign_in(&phone(7), PASSWORD, "c").await;
        assert!(matches!(old, Err(Trouble::NotAllowed)));
        let new = desk.agent_sign_in(&phone(7), NEXT, "c").await;
        assert!(matches!(new, Ok(AgentSignIn::Code(_))));
        let audited =
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM audit WHERE act = 'password changed'";
        assert_eq!(store::testing::number(&desk.store, audited).await, 1);
    })
    .await;
}
