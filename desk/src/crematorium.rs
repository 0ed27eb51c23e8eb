//! What is free, the calendar, and the days a family can choose from.
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::crematorium::availability::{self, Occupied, Search};
use domain::crematorium::belief::{self, Advice};
use domain::crematorium::{
    AshWish, CaseType, CremationWish, DayAvailability, Facility, OfferDay, PavilionWish,
};
use domain::form::Text;
use domain::lunar::LunarDay;
use domain::time;
use store::claim;
use uuid::Uuid;

/// One day of the public calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarDay {
    pub date: NaiveDate,
    pub lunar: Option<LunarDay>,
    /// Whether cremation is open.
    pub open: bool,
    pub reason: Option<Text>,
    pub advice: Vec<Advice>,
}

impl Desk {
    /// Free rounds and pavilions, from and until inclusive.
    pub async fn availability(
        &self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<DayAvailability>> {
        let occupied = self.occupied(from, until, None).await?;
        Ok(availability::availability(
            &self.rules(),
            &occupied,
            from,
            until,
            self.now(),
        ))
    }

    /// The calendar needs no database: closures, the moon and custom are settings.
    pub fn calendar(&self, from: NaiveDate, until: NaiveDate) -> Vec<CalendarDay> {
        let rules = self.rules();
        from.iter_days()
            .take_while(|date| *date <= until)
            .map(|date| {
                let lunar = rules.lunar_day(date);
                let reason = rules.closed(date, Facility::Cremation).cloned();
                CalendarDay {
                    date,
                    open: reason.is_none(),
                    reason,
                    advice: belief::advice(date, lunar.as_ref()),
                    lunar,
                }
            })
            .collect()
    }

    /// The plain list of days for a search; what `holder` holds itself counts as free.
    pub async fn offers(&self, search: &Search, holder: Option<&str>) -> Result<Vec<OfferDay>> {
        let now = self.now();
        let rules = self.rules();
        let holder = holder.and_then(|id| Uuid::try_parse(id).ok());
        let occupied = self
            .occupied(time::local_date(now), rules.last_day(now), holder)
            .await?;
        Ok(availability::offers(&rules, &occupied, search, now))
    }

    /// First evenings on which a pavilion alone could be used.
    pub async fn pavilion_starts(
        &self,
        search: &Search,
        holder: Option<&str>,
    ) -> Result<Vec<PavilionWish>> {
        let now = self.now();
        let rules = self.rules();
        let holder = holder.and_then(|id| Uuid::try_parse(id).ok());
        let occupied = self
            .occupied(time::local_date(now), rules.last_day(now), holder)
            .await?;
        Ok(availability::pavilion_starts(
            &rules, &occupied, search, now,
        ))
    }

    /// Every ash slot that is free for a cremation; what `holder` holds itself counts as free.
    pub async fn ash_choices(
        &self,
        cremation: &CremationWish,
        case_type: CaseType,
        holder: Option<&str>,
    ) -> Result<Vec<AshWish>> {
        let rules = self.rules();
        let holder = holder.and_then(|id| Uuid::try_parse(id).ok());
        let until = rules.ash_until(cremation);
        let occupied = self.occupied(cremation.date, until, holder).await?;
        Ok(availability::ash_choices(
            &rules, &occupied, cremation, case_type,
        ))
    }

    /// Claims in force, without those of one holder.
    pub(crate) async fn occupied(
        &self,
        from: NaiveDate,
        until: NaiveDate,
        except: Option<Uuid>,
    ) -> Result<Occupied> {
        let mut occupied = Occupied::default();
        let mut conn = self.store.read().await?;
        for taken in claim::taken(&mut conn, from, until, self.now(), except).await? {
            occupied.take_cells(taken.resource, taken.date, taken.cells);
        }
        Ok(occupied)
    }
}
