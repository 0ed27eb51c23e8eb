import { Family } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';

const MINUTE = 60;

for (const { javascript, how } of SCRIPTS) {
  test(`a hold is extended, lapses, and sending takes it again ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('check');
    await expect(page.getByText(`จองไว้ให้ถึง ${sala.thaiClock(60)}`)).toBeVisible();

    sala.advance(10 * MINUTE);
    expect(await visitor.press(/^ขอเวลาเพิ่มถึง/)).toBe(303);
    await expect(page.getByText(`จองไว้ให้ถึง ${sala.thaiClock(60)}`)).toBeVisible();

    sala.advance(61 * MINUTE);
    await page.reload();
    await expect(page.getByText('เวลาที่จองไว้หมดแล้ว')).toBeVisible();
    await visitor.see('lapsed');
    await family.send();
  });

  test(`somebody else took the lapsed place ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('check');
    const answers = await page.locator('.summary').first().innerText();
    sala.advance(61 * MINUTE);
    await sala.bookOut('2026-11-25', '13:00');

    expect(await visitor.press('ส่งคำขอ')).toBe(409);
    await expect(page.getByText('รอบฌาปนกิจที่เลือกมีผู้จองไปก่อนแล้ว')).toBeVisible();
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await visitor.see('taken');
    const nearest = page.getByRole('radio');
    await expect(nearest.first()).toBeVisible();
    expect(await nearest.count()).toBeLessThanOrEqual(5);
    await nearest.first().check();
    expect(await visitor.press('ใช้วันและเวลานี้')).toBe(303);

    await family.at('check');
    await expect(page.getByText(`จองไว้ให้ถึง ${sala.thaiClock(60)}`)).toBeVisible();
    const now = await page.locator('.summary').first().innerText();
    const people = (text: string) => text.slice(0, text.lastIndexOf('ศาลา'));
    expect(people(now), 'the answers are kept').toBe(people(answers));
    expect(now).not.toBe(answers);
    await family.send();
  });

  test(`the day was taken while it was looked at ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('day');
    await family.fill('day');
    await sala.bookOut('2026-11-25', '13:00');
    expect(await visitor.press('ใช้วันและเวลาที่เลือก')).toBe(409);
    await expect(page.locator('main > .errors')).toContainText('มีผู้จองไปก่อนแล้ว');
    await expect(page.locator('main > .errors')).toBeFocused();
    await visitor.see('day-taken');
    await family.choose('slot', '2026-11-25T14:30');
    expect(await visitor.press('ใช้วันและเวลาที่เลือก')).toBe(303);
    await family.at('check');
  });
}

test('customs of the family mark days and forbid none', async ({ open }) => {
  const visitor = await open();
  const { page } = visitor;
  const family = new Family(visitor);
  await family.until('day');
  await expect(page.locator('.day.closed', { hasText: 'วันศุกร์ที่ 27 พฤศจิกายน 2569' })).toContainText('งดฌาปนกิจทุกวันศุกร์');
  await page.locator('#customs > summary').click();
  await visitor.see('customs');
  const customs = page.locator('[name=belief]');
  for (let n = 0; n < (await customs.count()) - 1; n += 1) await customs.nth(n).check();
  expect(await visitor.press('แสดงวันที่ตรงตามธรรมเนียม')).toBe(303);
  await expect(page.locator('.notice.good')).toBeVisible();
  await visitor.see('suiting');
  await visitor.follow('ดูวันอื่นอีก 17 วัน');
  await visitor.see('all-days');
  await family.fill('day');
  expect(await visitor.press('ใช้วันและเวลาที่เลือก')).toBe(303);
});

test('free places are refreshed while the page stands open', async ({ sala, open }) => {
  const visitor = await open();
  const { page } = visitor;
  const family = new Family(visitor);
  await page.clock.install({ time: new Date('2026-11-23T02:00:00Z') });
  await family.until('day');
  await family.fill('day');
  const round = { cremation: { date: '2026-11-25', round: '13:00' } };
  const free = page.locator('[data-slot="2026-11-25T13:00"]');
  await expect(free).toHaveText('ว่าง 3 เตา');

  // Until the island is awake its first half minute has not begun.
  const refreshed = async (words: string) => {
    await expect(async () => {
      await page.clock.runFor(30_000);
      await expect(free).toHaveText(words, { timeout: 1000 });
    }).toPass({ timeout: 90_000 });
  };
  expect(await sala.book(round)).toMatchObject({ status: 201 });
  await refreshed('ว่าง 2 เตา');
  await expect(page.getByText('เวลาที่เลือกไว้มีผู้จองแล้ว')).toHaveCount(0);
  expect(await sala.book(round)).toMatchObject({ status: 201 });
  expect(await sala.book(round)).toMatchObject({ status: 201 });
  await refreshed('เต็มแล้ว');
  await expect(page.getByRole('status').getByText('เวลาที่เลือกไว้มีผู้จองแล้ว โปรดเลือกเวลาอื่น')).toBeVisible();
  await expect(family.option('slot', '2026-11-25T13:00')).toBeChecked();
  await visitor.see('full');
});
