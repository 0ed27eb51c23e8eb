import { Family, MALEE } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';

const NAME = 'ชื่อผู้เสียชีวิตไม่ตรงกับมรณบัตร';
const NUMBER = 'เลขประจำตัวของผู้เสียชีวิตไม่ตรงกับมรณบัตร';

for (const { javascript, how } of SCRIPTS) {
  test(`returned with every defect, sent again, approved and told ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    const reference = await family.book();

    const desk = await open({ office: true, called: 'office' });
    const officer = new Officer(desk, sala);
    await desk.page.goto('/staff/sign-in');
    await desk.see('sign-in');
    await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer', 'approver'));
    await desk.see('day');
    await officer.reached('โทรยืนยันคำขอ');
    await desk.see('no-calls');
    await desk.page.goto('/staff/requests');
    await desk.see('requests');
    await officer.open(reference);
    await desk.see('request');

    // What was never sent stands there as a defect; a return without any is an error at its own form.
    await officer.unfold('ส่งกลับให้แก้ไข');
    await expect(desk.page.locator('textarea[name=defect]')).not.toHaveValue('');
    await desk.page.locator('textarea[name=defect]').fill('');
    expect(await desk.press('ส่งกลับให้แก้ไข')).toBe(422);
    await expect(desk.page.locator('main > .errors')).toBeFocused();
    await desk.see('return-errors');
    await desk.page.getByRole('checkbox', { name: NAME }).check();
    await desk.page.getByRole('checkbox', { name: NUMBER }).check();
    expect(await desk.press('ส่งกลับให้แก้ไข')).toBe(303);
    await officer.reached('แจ้งให้แก้ไขคำขอ');

    expect(await family.track(reference)).toBe(200);
    const defects = page.locator('#defects + ul > li');
    await expect(defects).toHaveText([NAME, NUMBER]);
    await visitor.see('returned');
    await expect(family.field('deceased.name')).toHaveValue(MALEE.deceased);
    await family.type('deceased.name', '');
    expect(await visitor.press('ส่งคำขอที่แก้ไขแล้ว')).toBe(422);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await visitor.see('correction-errors');
    await family.type('deceased.name', 'นายบุญมา ใจงาม');
    await family.type('deceased.national_id', '๓๙๒๐๑๐๐๔๕๖๗๘๙');
    expect(await visitor.press('ส่งคำขอที่แก้ไขแล้ว')).toBe(200);
    await expect(page.getByText('ส่งคำขอที่แก้ไขแล้ว')).toBeVisible();
    await expect(defects).toHaveCount(0);
    await visitor.see('sent-again');

    await officer.open(reference);
    await expect(desk.page.getByRole('main')).toContainText('นายบุญมา ใจงาม');
    await expect(desk.page.locator('.act summary', { hasText: 'ส่งกลับให้แก้ไข' })).toHaveCount(0);
    expect(await desk.press('อนุมัติ')).toBe(303);
    await desk.see('approved');
    await desk.page.goto('/staff/calls');
    const call = desk.page.getByRole('row', { name: 'แจ้งว่าอนุมัติแล้ว' });
    await expect(desk.page.locator('.rail-wide [aria-current=page] small'), 'how many calls wait').toHaveText('1');
    await expect(call).toContainText(sala.thaiClock(30));
    await officer.reached('แจ้งว่าอนุมัติแล้ว');

    expect(await family.track(reference)).toBe(200);
    await expect(page.locator('.notice.good')).toContainText('อนุมัติแล้ว');
    await expect(page.locator('.steps li').last()).toContainText(sala.thaiClock());
    await visitor.see('approved');
  });

  test(`the wrong four digits show nothing, the right ones withdraw ${how}`, async ({ open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    const reference = await family.book();
    const typed = reference.replaceAll(/(\d{4})(?=\d)/g, '$1 ');

    expect(await family.track('', '')).toBe(422);
    await visitor.see('nothing-typed');
    expect(await family.track(typed, '0000')).toBe(404);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await expect(page.locator('main > .errors')).toBeFocused();
    await expect(page.locator('main > .errors')).toContainText('ไม่พบคำขอที่ตรงกัน');
    await expect(family.field('reference')).toHaveValue(typed);
    await expect(family.field('phone_last4')).toHaveValue('0000');
    await visitor.see('not-found');

    await family.type('phone_last4', '๕๖๗๘');
    expect(await visitor.press('ดูสถานะ')).toBe(200);
    expect(await visitor.press('ถอนคำขอ')).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('ถอนคำขอนี้หรือไม่');
    await visitor.see('withdraw');
    expect(await visitor.press('ไม่ถอน กลับไปดูสถานะ')).toBe(200);
    expect(await visitor.press('ถอนคำขอ')).toBe(200);
    expect(await visitor.press('ถอนคำขอ')).toBe(200);
    await expect(page.locator('.notice').first()).toContainText('ถอนคำขอแล้ว');
    await visitor.see('withdrawn');
  });
}
