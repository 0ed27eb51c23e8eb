//! Agents' routes: who may open what, and that neither office nor other agents' requests are in reach.
use crate::harness::{Answer, House, PUBLIC_URL, get, on_both, post};
use desk::agent::AgentSignIn;
use domain::agent::{AgentActor, Standing, StandingDecision};
use domain::form::{Lang, RawFields};
use domain::request::{Role, StaffActor};

const PASSWORD: &str = "เรือใบสีส้มกลางทุ่งนา";

fn fields(pairs: &[(&str, &str)]) -> RawFields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub fn code(house: &House, secret: &str) -> String {
    let secret = data_encoding::BASE32_NOPAD
        .decode(secret.as_bytes())
        .expect("base32");
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(secret)
        .build()
        .expect("a secret");
    let now = u64::try_from(house.desk.now().timestamp()).expect("after 1970");
    totp.generate(now).to_string()
}

pub async fn officer(house: &House, username: &str, role: Role) -> (StaffActor, String) {
    let new = desk::staff::NewStaff {
        username: username.to_owned(),
        name: "สมศรี รักงาน".to_owned(),
        position: "เจ้าหน้าที่".to_owned(),
        roles: vec![role],
        delegation: None,
    };
    let made = house.desk.enrol(&new, None).await.expect("an account");
    let half = house
        .desk
        .sign_in(username, &made.password, "a")
        .await
        .expect("the password");
    let token = house
        .desk
        .sign_in_code(&half.token, &code(house, &made.totp_secret))
        .await
        .expect("the code");
    let staff = house.desk.staff_by_session(&token).await.expect("staff");
    (staff, format!("sala_staff={token}"))
}

pub async fn agent(house: &House, by: &StaffActor, phone: &str) -> (AgentActor, String) {
    let desk = &house.desk;
    let registration = fields(&[
        ("agent.kind", "temple"),
        ("agent.organisation", "วัดตันตยาภิรม"),
        ("agent.name", "พระครูสังฆรักษ์"),
        ("agent.phone", phone),
        ("password", PASSWORD),
    ]);
    desk.register_agent(&registration, phone)
        .await
        .expect("registered");
    let waiting = desk
        .agents(by, Standing::Waiting, None)
        .await
        .expect("a list");
    let typed = domain::phone::Phone::parse(phone).expect("a phone");
    let found = waiting.rows.iter().find(|agent| agent.phone == typed);
    let id = found.expect("the one that registered").id;
    desk.decide_agent(by, id, &StandingDecision::Approve)
        .await
        .expect("approved");
    let Ok(AgentSignIn::Enrol(half)) = desk.agent_sign_in(phone, PASSWORD, phone).await else {
        panic!("not to be enrolled")
    };
    let secret = desk
        .agent_enrolment(&half.token)
        .await
        .expect("a secret")
        .secret;
    let (token, _) = desk
        .agent_sign_in_code(&half.token, &code(house, &secret))
        .await
        .expect("the code");
    let agent = desk.agent_by_session(&token).await.expect("an agent");
    (agent, format!("sala_agent={token}"))
}

/// A request that an agent sends for a family; its number.
async fn send(house: &House, agent: &AgentActor, n: u32) -> String {
    let desk = &house.desk;
    let draft = desk.start_draft(agent, Lang::Th).await.expect("a draft");
    let answers = fields(&[
        ("applicant.name", "สมหญิง ใจดี"),
        ("applicant.phone", &format!("0812345{n:03}")),
        ("applicant.relation", "child"),
        ("deceased.name", "สมชาย ใจดี"),
        ("deceased.identity", "not_known"),
        ("deceased.date_of_death", "2026-11-20"),
        ("deceased.residence", "in_area"),
        ("cremation.date", "2026-11-25"),
        ("cremation.round", "13:00"),
    ]);
    desk.save_draft(agent, &draft, answers)
        .await
        .expect("saved");
    desk.send_draft(agent, &draft)
        .await
        .expect("sent")
        .as_str()
        .to_owned()
}

pub async fn visit(house: &House, cookie: &str, path: &str) -> Answer {
    house.ask(get(path).header("cookie", cookie)).await
}

pub async fn act(house: &House, cookie: &str, path: &str, form: &str) -> Answer {
    let ask = post(path)
        .header("origin", PUBLIC_URL)
        .header("cookie", cookie);
    house.ask(ask.form(form)).await
}

fn leads_to(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.header("location").to_owned())
}

#[tokio::test]
async fn every_role_meets_every_route_of_agents_as_it_should() {
    on_both(async |house| {
        let (staff, officers) = officer(&house, "officer", Role::Officer).await;
        let (_, admins) = officer(&house, "admin", Role::Administrator).await;
        let (one, first) = agent(&house, &staff, "0911111111").await;
        let (_, second) = agent(&house, &staff, "0922222222").await;
        let reference = send(&house, &one, 1).await;
        let case = format!("/agent/cases/{reference}");

        // The agent's own pages: the agent, and nobody else.
        for path in ["/agent", "/agent/password", &case, &format!("/en{case}")] {
            assert_eq!(visit(&house, &first, path).await.status, 200, "{path}");
            let sign_in = if path.starts_with("/en") {
                "/en/agent/sign-in"
            } else {
                "/agent/sign-in"
            };
            for cookie in ["", &officers, &admins, "sala_agent=00"] {
                let answer = visit(&house, cookie, path).await;
                assert_eq!(
                    leads_to(&answer),
                    (303, sign_in.to_owned()),
                    "{path} {cookie}"
                );
            }
        }
        // A staff token in the agent's cookie, and the other way round, opens nothing.
        let swapped = |cookie: &str, name: &str| {
            format!("{name}={}", cookie.split('=').nth(1).unwrap_or_default())
        };
        let answer = visit(&house, &swapped(&officers, "sala_agent"), "/agent").await;
        assert_eq!(leads_to(&answer), (303, "/agent/sign-in".to_owned()));
        for path in [
            "/staff",
            "/staff/agents",
            &format!("/staff/requests/{reference}"),
        ] {
            for cookie in [first.clone(), swapped(&first, "sala_staff"), String::new()] {
                let answer = visit(&house, &cookie, path).await;
                assert_eq!(
                    leads_to(&answer),
                    (303, "/staff/sign-in".to_owned()),
                    "{path}"
                );
            }
        }

        // Another agent's request is no request, whatever one does to it.
        let other = visit(&house, &second, &case).await;
        assert_eq!(other.status, 404);
        assert!(!other.text.contains("สมชาย"), "{}", other.text);
        for what in ["withdraw", "certificate", "correct"] {
            let form = "confirm=yes&deceased.certificate=not_yet&applicant.name=x";
            let path = format!("{case}/{what}");
            assert_eq!(
                act(&house, &second, &path, form).await.status,
                404,
                "{what}"
            );
            let stranger = act(&house, "", &path, form).await;
            assert_eq!(
                leads_to(&stranger),
                (303, "/agent/sign-in".to_owned()),
                "{what}"
            );
        }
        assert_eq!(
            act(&house, &first, &format!("{case}/approve"), "")
                .await
                .status,
            404
        );
        let draft = house
            .desk
            .start_draft(&one, Lang::Th)
            .await
            .expect("a draft");
        let step = format!("/crematorium/{draft}/contact");
        assert_eq!(visit(&house, &first, &step).await.status, 200);
        for cookie in [
            "",
            &second,
            &officers,
            &format!("sala_browser=agent:{}", one.id),
        ] {
            assert_eq!(visit(&house, cookie, &step).await.status, 404, "{cookie}");
        }

        // The office's pages about agents: whoever handles requests.
        let account = format!("/staff/agents/{}", one.id);
        for path in ["/staff/agents", "/staff/agents?standing=approved", &account] {
            assert_eq!(visit(&house, &officers, path).await.status, 200, "{path}");
            assert_eq!(visit(&house, &admins, path).await.status, 403, "{path}");
        }
        assert_eq!(
            act(&house, &admins, &account, "action=disable&reason=x")
                .await
                .status,
            403
        );
        assert_eq!(
            act(&house, &officers, &account, "action=disable&reason=")
                .await
                .status,
            422
        );
        let list = "/staff/agents/export/csv?standing=approved";
        let file = visit(&house, &officers, list).await;
        assert_eq!(file.status, 200);
        assert!(file.text.contains("วัดตันตยาภิรม") && file.text.contains("091-111-1111"));
        assert_eq!(visit(&house, &admins, list).await.status, 403);
        let on_case = format!("/staff/requests/{reference}/agent");
        assert_eq!(
            act(&house, &admins, &on_case, "action=revoke").await.status,
            403
        );
        assert_eq!(
            act(&house, &officers, &on_case, "action=letter")
                .await
                .status,
            303
        );
        let closed = act(&house, &officers, &account, "action=disable&reason=ลองปิด").await;
        assert_eq!(closed.status, 303);
        let answer = visit(&house, &first, "/agent").await;
        assert_eq!(
            leads_to(&answer),
            (303, "/agent/sign-in".to_owned()),
            "signed out at once"
        );
    })
    .await;
}

#[tokio::test]
async fn an_agent_changes_its_password_on_a_page_of_its_own() {
    on_both(async |house| {
        let (staff, _) = officer(&house, "officer", Role::Officer).await;
        let (_, cookie) = agent(&house, &staff, "0911111111").await;
        let path = "/agent/password";
        let list = visit(&house, &cookie, "/agent").await;
        assert!(list.text.contains("href=\"/agent/password\""));
        let page = visit(&house, &cookie, path).await;
        assert!(page.text.contains("autocomplete=\"new-password\""));
        // What is wrong is told at its field, and no password is repeated.
        let wrong = act(
            &house,
            &cookie,
            path,
            "current=guessed-wrong&password=short",
        )
        .await;
        assert_eq!(wrong.status, 422);
        for words in ["รหัสผ่านปัจจุบันไม่ถูกต้อง", "ตั้งรหัสผ่านยาว"]
        {
            assert!(wrong.text.contains(words), "{words}");
        }
        assert!(!wrong.text.contains("guessed-wrong"));
        let form = format!("current={PASSWORD}&password=ปลาทูสามตัวในเข่งเดียว");
        let done = act(&house, &cookie, path, &form).await;
        assert_eq!(leads_to(&done), (303, "/agent?done=password".to_owned()));
        let token = done
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap_or_default();
        let after = visit(&house, token, "/agent?done=password").await;
        assert!(after.text.contains("เปลี่ยนรหัสผ่านแล้ว"));
        // The cookie of before opens nothing any more.
        let before = visit(&house, &cookie, "/agent").await;
        assert_eq!(leads_to(&before), (303, "/agent/sign-in".to_owned()));
        let nobody = act(&house, "", path, &form).await;
        assert_eq!(leads_to(&nobody), (303, "/agent/sign-in".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn the_closures_are_a_file_too() {
    on_both(async |house| {
        let (_, cookie) = officer(&house, "officer", Role::Officer).await;
        let page = visit(&house, &cookie, "/staff/calendar").await;
        assert!(page.text.contains("/staff/calendar/export/xlsx"));
        let file = visit(&house, &cookie, "/staff/calendar/export/csv").await;
        assert_eq!(file.status, 200);
        assert!(file.text.contains("งดฌาปนกิจทุกวันศุกร์"), "{}", file.text);
        assert_eq!(
            visit(&house, &cookie, "/staff/calendar/export/pdf")
                .await
                .status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn a_family_confirms_and_takes_away_on_the_tracking_page() {
    on_both(async |house| {
        let (staff, _) = officer(&house, "officer", Role::Officer).await;
        let (one, cookie) = agent(&house, &staff, "0911111111").await;
        let reference = send(&house, &one, 1).await;
        let facts = format!("reference={reference}&phone_last4=5001");
        let tracked = act(&house, "", "/track", &facts).await;
        assert_eq!(tracked.status, 200);
        assert!(tracked.text.contains("ยังไม่ยืนยันโดยครอบครัว"));
        assert!(tracked.text.contains("วัดตันตยาภิรม"));
        // In the agent's own browser the agent does not confirm itself.
        let forged = act(
            &house,
            &cookie,
            "/track/agent",
            &format!("{facts}&act=confirm"),
        )
        .await;
        assert_eq!(forged.status, 403);
        let wrong = format!("reference={reference}&phone_last4=1111&act=revoke&confirm=yes");
        assert_eq!(act(&house, "", "/track/agent", &wrong).await.status, 404);
        for _ in 0..2 {
            let confirmed = act(&house, "", "/track/agent", &format!("{facts}&act=confirm")).await;
            assert_eq!(confirmed.status, 200);
            assert!(!confirmed.text.contains("ยังไม่ยืนยันโดยครอบครัว"));
        }
        let asked = act(&house, "", "/track/agent", &format!("{facts}&act=revoke")).await;
        assert!(asked.text.contains("name=\"confirm\""), "asked once more");
        assert_eq!(
            visit(&house, &cookie, &format!("/agent/cases/{reference}"))
                .await
                .status,
            200
        );
        for _ in 0..2 {
            let form = format!("{facts}&act=revoke&confirm=yes");
            assert_eq!(act(&house, "", "/track/agent", &form).await.status, 200);
        }
        let gone = visit(&house, &cookie, &format!("/agent/cases/{reference}")).await;
        assert_eq!(gone.status, 404);
        assert!(gone.text.contains("ครอบครัวถอนอำนาจแล้ว"), "{}", gone.text);
        let tracked = act(&house, "", "/track", &facts).await;
        assert!(tracked.text.contains("ถอนอำนาจแล้ว"));
    })
    .await;
}

#[tokio::test]
async fn a_registration_comes_back_as_typed_but_for_its_password() {
    on_both(async |house| {
        let form = "agent.kind=temple&agent.organisation=วัด<b>&agent.name=&agent.phone=12&password=password123";
        let wrong = act(&house, "", "/agent/register", form).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("<title>ผิดพลาด:"), "{}", wrong.text);
        assert!(wrong.text.contains("value=\"วัด&lt;b&gt;\""), "{}", wrong.text);
        assert!(!wrong.text.contains("password123"), "{}", wrong.text);
        for id in ["agent-name-error", "agent-phone-error", "password-error"] {
            assert!(wrong.text.contains(id), "{id}");
        }
        let right = "agent.kind=temple&agent.organisation=วัด&agent.name=พระครู&agent.phone=0811111111\
            &password=เรือใบสีส้มกลางทุ่งนา";
        for _ in 0..2 {
            let sent = act(&house, "", "/agent/register", right).await;
            assert_eq!(leads_to(&sent), (303, "/agent/registered".to_owned()));
        }
        let form = "phone=0811111111&password=เรือใบสีส้มกลางทุ่งนา";
        let waiting = act(&house, "", "/agent/sign-in", form).await;
        assert_eq!(waiting.status, 403);
        assert!(waiting.text.contains("รออนุมัติ"));
    })
    .await;
}
