//! Open data without a key: the manuals, the calendar, and what is free — never who.
use super::Problem;
use super::period::Period;
use super::schema::{AvailabilityDays, CalendarDays, Services};
use app::http::AppState;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use domain::time;

/// Days of availability in one answer.
const LONGEST: u32 = 92;
/// Days of the calendar in one answer: a year and a month to plan by.
const LONGEST_CALENDAR: u32 = 400;

/// The public manuals: criteria, steps with times, documents, fees, channels.
#[utoipa::path(get, path = "/services", tag = "open data", responses((status = 200, description = "Every service the city publishes", body = Services)))]
pub async fn services(State(app): State<AppState>) -> impl IntoResponse {
    let services = Services::from(&*app.desk.rules().municipality);
    ([(CACHE_CONTROL, "public, max-age=300")], Json(services))
}

/// Days with the lunar date, closures and what custom says: advice, never refusal.
#[utoipa::path(get, path = "/calendar", tag = "open data", params(Period), responses(
    (status = 200, description = "Each day from `from` to `to`, at most 400", body = CalendarDays),
    (status = 422, description = "The period is not one", body = super::schema::ProblemBody, content_type = "application/problem+json"),
))]
pub async fn calendar(
    State(app): State<AppState>,
    Query(period): Query<Period>,
) -> Result<Json<CalendarDays>, Problem> {
    let (from, to) = period.days(time::local_date(app.desk.now()), LONGEST_CALENDAR)?;
    Ok(Json(CalendarDays {
        days: app
            .desk
            .calendar(from, to)
            .into_iter()
            .map(Into::into)
            .collect(),
    }))
}

/// Free rounds and pavilions by day.
#[utoipa::path(get, path = "/crematorium/availability", tag = "open data", params(Period), responses(
    (status = 200, description = "Each day from `from` to `to`, at most 92; `rounds` is empty when closed", body = AvailabilityDays),
    (status = 422, description = "The period is not one", body = super::schema::ProblemBody, content_type = "application/problem+json"),
))]
pub async fn availability(
    State(app): State<AppState>,
    Query(period): Query<Period>,
) -> Result<Json<AvailabilityDays>, Problem> {
    let (from, to) = period.days(time::local_date(app.desk.now()), LONGEST)?;
    let days = app
        .desk
        .availability(from, to)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(Json(AvailabilityDays {
        days: days.into_iter().map(Into::into).collect(),
    }))
}
