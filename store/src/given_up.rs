//! Who gave up which place: only MACs of who, and only until the place has passed.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::params;
use chrono::NaiveDate;

/// Remembers a place for everybody who stands for the one who gave it up.
pub async fn remember(tx: &mut Tx, who: &[String], place: &str, date: NaiveDate) -> Result<()> {
    for who in who {
        tx.execute(
            "INSERT INTO given_up (who_mac, place, place_date) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            params![who, place, date],
        )
        .await?;
    }
    Ok(())
}

/// Whether any of these gave the place up.
pub async fn is_known(conn: &mut Conn, who: &[String], place: &str) -> Result<bool> {
    for who in who {
        let found = conn
            .count(
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM given_up WHERE who_mac = $1 AND place = $2",
                params![who, place],
            )
            .await?;
        if found > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether any of these gave anything up: most never did, and need not be asked place by place.
pub async fn gave_any(conn: &mut Conn, who: &[String]) -> Result<bool> {
    for who in who {
        let found = conn
            .fetch_optional(
                "SELECT who_mac FROM given_up WHERE who_mac = $1 LIMIT 1",
                params![who],
                |row| row.of("given_up", "who_mac").text("who_mac"),
            )
            .await?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets places that have passed, at most `limit`; the number.
pub async fn delete_passed(tx: &mut Tx, today: NaiveDate, limit: u32) -> Result<u64> {
    tx.execute(
        "DELETE FROM given_up WHERE (who_mac, place) IN (
             SELECT who_mac, place FROM given_up WHERE place_date < $1 LIMIT $2)",
        params![today, limit],
    )
    .await
}
