import { Family } from '../support/family.ts';
import { expect, SCRIPTS, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';

test('an officer closes a day, sees whom it touches first, and opens it again', async ({ sala, open }) => {
  const { body } = await sala.book({ cremation: { date: '2026-12-10', round: '13:00' } });
  const reference: string = body.reference;
  const desk = await open({ office: true, called: 'officer' });
  const { page } = desk;
  await new Officer(desk, sala).signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  await page.goto('/staff/calendar');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ปฏิทินฌาปนสถาน พ.ศ. 2569');
  await expect(page.locator('.month')).toHaveCount(12);
  await desk.see('year');

  await page.goto('/staff/calendar?day=2026-12-10');
  await expect(page.locator('#day')).toContainText('วันรัฐธรรมนูญ');
  await expect(page.locator('#from')).toHaveValue('10 ธ.ค. 2569');
  await desk.see('day');

  expect(await desk.press('ดูผลก่อนบันทึก')).toBe(422);
  await expect(page).toHaveTitle(/^ผิดพลาด: /);
  await desk.see('wrong');
  await page.getByLabel('ปิด', { exact: true }).check();
  await page.getByLabel('ฌาปนกิจ', { exact: true }).check();
  await page.locator('#from').fill('๑๐ ธ.ค. ๒๕๖๙');
  await page.locator('#reason_th').fill('ปิดซ่อมบำรุงเตาประจำปี');
  await page.locator('#reason_en').fill('Closed for the yearly maintenance');
  expect(await desk.press('ดูผลก่อนบันทึก')).toBe(200);
  await expect(page.locator('main .list')).toContainText(reference.slice(0, 4));
  await desk.see('effect');
  expect(await desk.press('แก้ไข')).toBe(200);
  await expect(page.locator('#reason_th'), 'what was typed is kept').toHaveValue('ปิดซ่อมบำรุงเตาประจำปี');
  expect(await desk.press('ดูผลก่อนบันทึก')).toBe(200);
  expect(await desk.press('บันทึก')).toBe(303);
  await expect(page.getByText('การจองที่ต้องย้าย 1 คำขอ')).toBeVisible();
  await desk.see('saved');
  await page.goto('/staff/calls');
  await expect(page.locator('main'), 'the family is told').toContainText(reference.slice(0, 4));

  // A second tab that still shows the calendar of before.
  const other = await open({ office: true, called: 'second' });
  await new Officer(other, sala).signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer'));
  for (const tab of [desk, other]) {
    await tab.page.goto('/staff/calendar?day=2026-12-14');
    await tab.page.getByLabel('ปิด', { exact: true }).check();
    await tab.page.getByLabel('ศาลา', { exact: true }).check();
    await tab.page.locator('#reason_th').fill('ปิดทำความสะอาดศาลา');
    expect(await tab.press('ดูผลก่อนบันทึก')).toBe(200);
  }
  expect(await desk.press('บันทึก')).toBe(303);
  expect(await other.press('บันทึก')).toBe(409);
  await expect(other.page.getByText('มีผู้แก้ไขวันปิดไปก่อน')).toBeVisible();
  await expect(other.page.locator('#reason_th')).toHaveValue('ปิดทำความสะอาดศาลา');
  await other.see('somebody-was-first');

  await page.goto('/staff/calendar?year=2569');
  await page.getByRole('button', { name: 'เอาออก 10 ธ.ค. 2569' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('เอาวันปิดหรือวันเปิดนี้ออก');
  expect(await desk.press('เอาออก')).toBe(422);
  await page.locator('#why').fill('ช่างเลื่อนวัน');
  await desk.see('take-away');
  expect(await desk.press('เอาออก')).toBe(303);
  await page.goto('/staff/calendar?day=2026-12-10');
  await expect(page.locator('#day')).not.toContainText('งดฌาปนกิจ');
});

test('closing at once is one act, and somebody else looks at it', async ({ sala, open }) => {
  await sala.book({ cremation: { date: '2026-11-24', round: '13:00' } });
  const desk = await open({ office: true, called: 'officer' });
  const { page } = desk;
  await new Officer(desk, sala).signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  await page.goto('/staff/calendar');
  await desk.follow('ปิดด่วนวันนี้หรือพรุ่งนี้');
  await desk.see('urgent');
  expect(await desk.press('ปิดทันที')).toBe(422);
  await page.getByLabel('พรุ่งนี้', { exact: false }).first().check();
  await page.locator('#reason_th').fill('เตาขัดข้อง กำลังซ่อม');
  expect(await desk.press('ดูผลอีกครั้ง')).toBe(200);
  await expect(page.getByText('การจองที่อยู่ในวันที่ปิด 1 คำขอ')).toBeVisible();
  await desk.see('urgent-effect');
  expect(await desk.press('ปิดทันที')).toBe(303);
  await expect(page.getByText('การจองที่ต้องย้าย 1 คำขอ')).toBeVisible();
  await expect(page.getByText('รอผู้อื่นตรวจภายหลัง')).toBeVisible();
  await desk.see('urgent-closed');

  const other = await open({ office: true, called: 'reviewer' });
  await new Officer(other, sala).signIn(await sala.staff('prasit', 'ประสิทธิ์ ตรงธรรม', 'approver'));
  await other.page.goto('/staff/calendar');
  expect(await other.press('บันทึกการตรวจ')).toBe(422);
  await other.see('review-missing');
  await other.page.getByLabel('ผลการตรวจภายหลัง').fill('ตรวจแล้ว ช่างซ่อมเสร็จพรุ่งนี้เช้า');
  expect(await other.press('บันทึกการตรวจ')).toBe(303);
  await expect(other.page.getByText('ตรวจแล้วโดย')).toBeVisible();
  await other.see('reviewed');
});

test('the next lunar year is compared with the announcement and confirmed', async ({ sala, open }) => {
  const desk = await open({ office: true });
  const { page } = desk;
  await new Officer(desk, sala).signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  await page.goto('/staff/calendar/lunar');
  await expect(page.locator('main')).toContainText('ยืนยันแล้วถึง');
  await desk.see('lunar');
  await page.locator('#first_day').fill('7 ธ.ค. 2572');
  await page.getByLabel('อธิกวาร').check();
  await page.locator('#reason').fill('ปฏิทินหลวง พ.ศ. 2573');
  expect(await desk.press('เทียบกับประกาศ')).toBe(422);
  await desk.see('lunar-does-not-join');
  await page.locator('#first_day').fill('6 ธ.ค. 2572');
  expect(await desk.press('เทียบกับประกาศ')).toBe(200);
  await expect(page.locator('main')).toContainText('อาสาฬหบูชา');
  await desk.see('lunar-compared');
  expect(await desk.press('ตรงกับประกาศ ยืนยัน')).toBe(303);
  await page.goto('/staff/calendar/lunar');
  await expect(page.getByRole('heading', { name: 'ปี พ.ศ. 2574' })).toBeVisible();
});

test('settings are revised by kind, with a reason, and two administrators do not overwrite each other', async ({ sala, open }) => {
  const desk = await open({ office: true, called: 'admin' });
  const { page } = desk;
  await new Officer(desk, sala).signIn(await sala.staff('wipa', 'วิภา ระบบดี', 'administrator'));
  await page.goto('/staff/settings');
  await desk.see('settings');
  for (const kind of ['limits', 'rounds', 'hours', 'holidays', 'fees']) {
    await page.goto(`/staff/settings/${kind}`);
    await desk.see(kind);
  }
  await page.goto('/staff/settings/limits');
  await page.locator('#crematorium-horizon_days').fill('สี่สิบ');
  expect(await desk.press('ดูผลก่อนบันทึก')).toBe(422);
  await expect(page.locator('#crematorium-horizon_days')).toHaveValue('สี่สิบ');
  await desk.see('limits-wrong');
  await page.locator('#crematorium-horizon_days').fill('45');
  await page.locator('#reason').fill('เปิดจองล่วงหน้าให้นานขึ้น');

  const other = await open({ office: true, called: 'second' });
  await new Officer(other, sala).signIn(await sala.staff('anan', 'อนันต์ ระบบดี', 'administrator'));
  await other.page.goto('/staff/settings/limits');
  await other.page.locator('#crematorium-hold_minutes').fill('90');
  await other.page.locator('#reason').fill('ให้เวลากรอกนานขึ้น');

  expect(await desk.press('ดูผลก่อนบันทึก')).toBe(200);
  await expect(page.locator('main')).toContainText('30 วัน → 45 วัน');
  await desk.see('limits-difference');
  expect(await desk.press('บันทึก')).toBe(303);
  await expect(page.getByText('เปิดจองล่วงหน้าให้นานขึ้น')).toBeVisible();
  await desk.see('limits-saved');

  expect(await other.press('ดูผลก่อนบันทึก')).toBe(409);
  await expect(other.page.locator('#crematorium-hold_minutes'), 'what was typed is kept').toHaveValue('90');
  await other.see('limits-somebody-was-first');

  const officer = await open({ office: true, called: 'officer' });
  await new Officer(officer, sala).signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  for (const path of ['/staff/settings', '/staff/settings/limits']) {
    expect((await officer.page.goto(path))?.status(), path).toBe(403);
  }
  await officer.page.goto('/staff/calendar');
  await expect(officer.page.getByRole('heading', { level: 1 })).toContainText('ปฏิทิน');
});

for (const { javascript, how } of SCRIPTS) {
  test(`a family reads why a day is closed and which days suit it, ${how}`, async ({ open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('day');
    await expect(page.locator('#d-2026-11-27')).toContainText('งดฌาปนกิจทุกวันศุกร์');
    await expect(page.locator('main'), 'the moon is for those who ask').not.toContainText('ค่ำ');
    await page.locator('#customs > summary').click();
    await page.getByLabel('ข้างขึ้นวันคี่ ข้างแรมวันคู่').check();
    expect(await visitor.press('แสดงวันที่ตรงตามธรรมเนียม')).toBe(303);
    const suiting = page.locator('.notice.good li');
    await expect(suiting).toHaveCount(5);
    await expect(suiting.filter({ hasText: '26 พฤศจิกายน' })).toHaveCount(1);
    await expect(suiting.filter({ hasText: '25 พฤศจิกายน' }), 'waning 1: the rule speaks against it').toHaveCount(0);
    await expect(page.locator('main')).toContainText('แรม 1 ค่ำ เดือน 12');
    await expect(page.locator('[name=slot][value="2026-11-25T13:00"]'), 'advice, never refusal').toHaveCount(1);
    await visitor.see('suiting');
  });
}
