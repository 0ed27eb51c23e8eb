// A funeral director registers, is let in, and books for a family, which confirms and later takes the request away.
import { Family } from '../support/family.ts';
import { Officer } from '../support/office.ts';
import type { Account } from '../support/sala.ts';
import { expect, SCRIPTS, test } from '../support/journey.ts';

const PHONE = '075 218 999';
const PASSWORD = 'เรือใบสีส้มกลางทุ่งนา';
const ORGANISATION = 'ร้านสุขาวดีการศพ';

for (const { javascript, how } of SCRIPTS) {
  test(`an agent books for a family that confirms and takes it away, ${how}`, async ({ sala, open }) => {
    const shop = await open({ javascript, called: 'agent' });
    const { page } = shop;

    // Registering: everything wrong at once, then right.
    await page.goto('/crematorium');
    await shop.follow('สำหรับผู้จัดงานศพ วัด โรงพยาบาล และ อสม.');
    await expect(page).toHaveURL(/\/agent\/sign-in$/);
    await shop.see('sign-in');
    await shop.follow('ยังไม่มีบัญชี ลงทะเบียน');
    await shop.see('register');
    await page.locator('[name="agent.organisation"]').fill(ORGANISATION);
    await page.locator('[name=password]').fill('password123');
    expect(await shop.press('ส่งการลงทะเบียน')).toBe(422);
    if (javascript) await expect(page.locator('main > .errors')).toBeFocused();
    await expect(page.locator('[name="agent.organisation"]')).toHaveValue(ORGANISATION);
    await shop.see('register-errors');
    await page.locator('[name="agent.kind"][value=funeral_director]').check();
    await page.locator('[name="agent.name"]').fill('นายเกษม สุขาวดี');
    await page.locator('[name="agent.phone"]').fill(PHONE);
    await page.locator('[name=password]').fill(PASSWORD);
    expect(await shop.press('ส่งการลงทะเบียน')).toBe(303);
    await shop.see('registered');
    await shop.follow('ไปหน้าเข้าสู่ระบบ');
    await page.locator('[name=phone]').fill(PHONE);
    await page.locator('[name=password]').fill(PASSWORD);
    expect(await shop.press('เข้าสู่ระบบ')).toBe(403);
    await shop.see('waiting');

    // The office lets it in.
    const desk = await open({ office: true, called: 'office' });
    const officer = new Officer(desk, sala);
    await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer'));
    await desk.page.goto('/staff/agents');
    await desk.see('agents');
    await desk.follow(ORGANISATION);
    await desk.see('account');
    expect(await desk.press('อนุมัติบัญชี')).toBe(303);
    await desk.see('approved');

    // Signing in sets the second factor up, and shows the recovery codes once.
    await page.goto('/agent/sign-in');
    await page.locator('[name=phone]').fill(PHONE);
    await page.locator('[name=password]').fill('ผิดแน่นอน');
    expect(await shop.press('เข้าสู่ระบบ')).toBe(422);
    await shop.see('wrong-password');
    await page.locator('[name=password]').fill(PASSWORD);
    expect(await shop.press('เข้าสู่ระบบ')).toBe(303);
    await expect(page).toHaveURL(/\/enrol$/);
    await shop.see('enrol');
    const secret = (await page.locator('main code').innerText()).replaceAll(' ', '');
    const account: Account = { username: PHONE, password: PASSWORD, totp_secret: secret };
    await page.locator('[name=code]').fill('000000');
    expect(await shop.press('ยืนยันและเข้าสู่ระบบ')).toBe(422);
    await page.locator('[name=code]').fill(sala.code(account));
    expect(await shop.press('ยืนยันและเข้าสู่ระบบ')).toBe(200);
    await expect(page.locator('.codes li')).toHaveCount(10);
    await shop.see('recovery-codes');
    await shop.follow('เก็บแล้ว ไปต่อ');
    await shop.see('no-cases');

    // A request for a family, by the same short path.
    expect(await shop.press('ขอใช้ฌาปนสถานแทนครอบครัว')).toBe(303);
    await expect(page.locator('[name=filling_for]')).toHaveCount(0);
    await shop.see('for-whom');
    const family = new Family(shop);
    await family.until('check');
    await expect(page.getByRole('main')).toContainText(ORGANISATION);
    await shop.see('check');
    const reference = await family.send();
    await page.goto('/agent');
    await expect(page.locator('.cases li')).toHaveCount(1);
    await expect(page.locator('.cases')).toContainText('ยังไม่ยืนยันโดยครอบครัว');
    await expect(page.locator('.cases')).not.toContainText('มาลี');
    await shop.see('cases');
    await page.goto(`/agent/cases/${reference}`);
    await shop.see('case');

    // The office sees that nobody has asked the family yet.
    await desk.page.goto(`/staff/requests/${reference}`);
    await expect(desk.page.getByRole('main')).toContainText('ยังไม่ยืนยันโดยครอบครัว');
    await desk.see('request');
    await desk.page.goto('/staff/calls');
    await desk.follow('ถามครอบครัวเรื่องผู้ดำเนินการแทน');
    await desk.see('call');

    // The family, on its own phone: sees every act, confirms, and later stops them.
    const home = await open({ javascript, called: 'family' });
    const own = new Family(home);
    expect(await own.track(reference)).toBe(200);
    const told = home.page.getByRole('main');
    await expect(told).toContainText(ORGANISATION);
    await expect(told).toContainText('เปิดดูคำขอ');
    await home.see('unconfirmed');
    expect(await home.press('ยืนยันว่าให้ดำเนินการแทน')).toBe(200);
    await expect(told).toContainText('ครอบครัวยืนยันในหน้าติดตามคำขอ');
    await home.see('confirmed');
    expect(await home.press('ไม่ให้ดำเนินการแทนแล้ว')).toBe(200);
    await home.see('revoke');
    expect(await home.press('ถอนอำนาจ')).toBe(200);
    await expect(told).toContainText('ถอนอำนาจแล้ว');
    await expect(told).toContainText('รอ');
    await home.see('revoked');

    // The agent has nothing more to do with it; the office calls.
    const gone = await page.goto(`/agent/cases/${reference}`);
    expect(gone?.status()).toBe(404);
    expect(await page.content()).not.toContain('บุญมี');
    await shop.see('gone');
    await page.goto('/agent');
    await expect(page.locator('.cases')).toHaveCount(0);
    await desk.page.goto('/staff/calls');
    await expect(desk.page.getByRole('main')).toContainText('ครอบครัวถอนอำนาจผู้ดำเนินการแทน');
    await desk.page.goto('/staff/agents?standing=approved');
    await desk.see('rates');

    // Out, and the back button shows nothing.
    expect(await shop.press('ออกจากระบบ')).toBe(303);
    await page.goto('/agent');
    await expect(page).toHaveURL(/\/agent\/sign-in$/);
  });
}
