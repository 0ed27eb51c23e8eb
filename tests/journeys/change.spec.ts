import { Family, MALEE } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';

const LATER = { ...MALEE, slot: '2026-11-28T13:00' };

for (const { javascript, how } of SCRIPTS) {
  test(`a family moves its booking and later cancels it ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor, 'th', LATER);
    const reference = await family.book();

    expect(await family.track(reference)).toBe(200);
    await expect(page.getByText('เปลี่ยนหรือยกเลิกเองได้ถึง')).toBeVisible();
    await visitor.see('tracking');
    expect(await visitor.press('เปลี่ยนวัน')).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('เลือกวันและเวลาใหม่');
    await visitor.see('list');

    // Where all days cost the same, that is said once; with fewer nights each says what changes.
    await expect(page.locator('main')).toContainText('ค่าธรรมเนียมตอนนี้: ประมาณ 2,520 บาท ทุกวันในรายการราคาเท่าเดิม');

    // Nothing chosen: the same page, with the reason at the list.
    expect(await visitor.press('ใช้วันและเวลาที่เลือก')).toBe(422);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await expect(page.locator('main > .errors')).toContainText('เลือกวันและเวลาใหม่');
    await visitor.see('nothing-chosen');

    // Another number of nights first.
    await visitor.check(page.locator('main input[name="pavilion.nights"][value="1"]'));
    expect(await visitor.press('แสดงวันที่ว่าง')).toBe(200);

    const day = page.locator('section.day', { hasText: '30 พฤศจิกายน' });
    await expect(day.locator('summary')).toContainText('ราคาประมาณ 2,020 บาท เดิม 2,520 บาท');
    await visitor.check(day.getByLabel(/10\.00/));
    expect(await visitor.press('ใช้วันและเวลาที่เลือก')).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('ตรวจก่อนเปลี่ยนวัน');
    const summary = page.locator('.summary');
    await expect(summary.first()).toContainText('30 พฤศจิกายน');
    await expect(summary.first()).toContainText('ค่าธรรมเนียมใหม่');
    await expect(summary.last(), 'line by line').toContainText('1 คืน × 500 บาท = 500 บาท');
    await visitor.see('check');
    expect(await visitor.press('ยืนยันเปลี่ยนวัน')).toBe(200);
    await expect(page.getByRole('status')).toContainText('เปลี่ยนวันแล้ว');
    await expect(page.locator('.summary').first()).toContainText('30 พฤศจิกายน');
    await visitor.see('moved');

    // Approved meanwhile: now it is cancelled, after a page that says what that does.
    const desk = await open({ office: true, called: 'office' });
    const officer = new Officer(desk, sala);
    await officer.signIn(await sala.staff('anong', 'อนงค์ ตัดสิน', 'officer', 'approver'));
    await officer.open(reference);
    await expect(desk.page.locator('.history')).toContainText('ย้ายจาก');
    expect(await desk.press('อนุมัติ')).toBe(303);
    expect(await family.track(reference)).toBe(200);
    expect(await visitor.press('ยกเลิกการจอง')).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('ยกเลิกการจองนี้หรือไม่');
    await visitor.see('cancel');
    await page.locator('main [name=reason]').fill('ย้ายไปวัดใกล้บ้าน');
    expect(await visitor.press('ยกเลิกการจอง')).toBe(200);
    await expect(page.locator('main')).toContainText('ยกเลิกแล้ว');
    await visitor.see('cancelled');
  });
}

test('an officer reports a broken furnace, and the family is told and chooses again', async ({ sala, open }) => {
  const visitor = await open({ called: 'family' });
  const family = new Family(visitor, 'th', LATER);
  const reference = await family.book();

  const desk = await open({ office: true, called: 'office' });
  const officer = new Officer(desk, sala);
  await officer.signIn(await sala.staff('anong', 'อนงค์ ตัดสิน', 'officer', 'approver'));
  await officer.open(reference);
  expect(await desk.press('อนุมัติ')).toBe(303);
  await desk.page.goto('/staff/outages');
  await desk.see('no-outages');
  await desk.follow('แจ้งเหตุด่วน');
  await desk.see('urgent');
  expect(await desk.press('งดใช้ทันที')).toBe(422);
  await desk.see('urgent-wrong');
  await desk.page.locator('[name=resource]').selectOption('furnace-1');
  await desk.page.locator('[name=from]').fill('28 พ.ย. 2569');
  await desk.page.locator('[name=until]').fill('29/11/2569');
  await desk.page.locator('[name=reason_th]').fill('เตาที่ 1 ขัดข้อง');
  expect(await desk.press('งดใช้ทันที')).toBe(303);
  await expect(desk.page.locator('table.list')).toContainText('ยังไม่ได้แจ้ง');
  await desk.see('outage');
  await desk.page.goto('/staff/must-move');
  await expect(desk.page.locator('table.list tbody tr')).toHaveCount(1);
  await desk.see('must-move');

  // A second furnace is planned to be out: another preview, which affects nothing.
  await desk.page.goto('/staff/outages/new');
  await desk.page.locator('[name=resource]').selectOption('furnace-3');
  await desk.page.locator('[name=from]').fill('28 พ.ย. 2569');
  await desk.page.locator('[name=until]').fill('28 พ.ย. 2569');
  await desk.page.locator('[name=reason_th]').fill('ตรวจสภาพประจำปี');
  expect(await desk.press('ดูคำขอที่ได้รับผลกระทบ')).toBe(200);
  await expect(desk.page.locator('main')).toContainText('ไม่มีคำขอที่ได้รับผลกระทบ');
  await desk.see('preview');
  expect(await desk.press('ยืนยันงดใช้')).toBe(303);

  await officer.reached('แจ้งว่าต้องเปลี่ยนวัน');
  expect(await family.track(reference)).toBe(200);
  await expect(visitor.page.locator('main')).toContainText('เตาที่ 1 ขัดข้อง');
  await visitor.see('must-move');
  expect(await visitor.press('เปลี่ยนวัน')).toBe(200);
  await visitor.page.locator('.near button').first().click();
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText('ตรวจก่อนเปลี่ยนวัน');
  expect(await visitor.press('ยืนยันเปลี่ยนวัน')).toBe(200);
  await expect(visitor.page.locator('main')).not.toContainText('เตาที่ 1 ขัดข้อง');
  await desk.page.goto('/staff/must-move');
  await expect(desk.page.locator('main')).toContainText('ไม่มีคำขอที่ต้องย้าย');
});

test('an officer moves a booking to another furnace with one click, and to another day with a reason', async ({ sala, open }) => {
  const family = new Family(await open({ called: 'family' }), 'th', LATER);
  const reference = await family.book();
  const desk = await open({ office: true, called: 'office' });
  const officer = new Officer(desk, sala);
  await officer.signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  await officer.open(reference);
  expect(await desk.press('ย้ายไปเตาอื่นเวลาเดิม')).toBe(303);
  await expect(desk.page.locator('.history')).toContainText('เวลาเดิม');
  await desk.see('switched');
  await desk.follow('ย้ายไปวันหรือเวลาอื่น');
  await expect(desk.page.locator('main')).toContainText('ค่าธรรมเนียมตอนนี้');
  await desk.see('move');
  expect(await desk.press('ย้ายไปเวลาที่เลือก')).toBe(422);
  await desk.see('move-wrong');
  await desk.page.locator('[name=reason]').fill('ญาติโทรมาขอเลื่อน');
  await desk.check(desk.page.locator('section.day', { hasText: '1 ธันวาคม' }).getByLabel(/10\.00/));
  expect(await desk.press('ย้ายไปเวลาที่เลือก')).toBe(303);
  await expect(desk.page.locator('.history')).toContainText('ญาติโทรมาขอเลื่อน');
  await officer.reached('แจ้งวันใหม่');
});
