// Somebody signs: the day's batch from a phone, what the family and a stranger then see, an appeal, a late notice.
import { Family, MALEE } from '../support/family.ts';
import { expect, SCRIPTS, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';
import type { Visitor } from '../support/visitor.ts';

/** Pages are looked at again until the worker has printed. */
async function waiting(visitor: Visitor, count: number): Promise<void> {
  await expect(async () => {
    await visitor.page.goto('/staff/signing');
    await expect(visitor.page.locator('main [name=document]')).toHaveCount(count, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
}

async function verified(visitor: Visitor, code: string): Promise<string> {
  await visitor.page.goto('/verify');
  await visitor.page.locator('[name=code]').fill(code);
  expect(await visitor.press('ตรวจสอบ')).toBe(303);
  const main = visitor.page.locator('main');
  for (const secret of ['มาลี', 'บุญมี', '0812345678']) await expect(main).not.toContainText(secret);
  return main.innerText();
}

for (const { javascript, how } of SCRIPTS) {
  test(`a batch is signed from a phone in three taps, and the permit is read, verified and ended ${how}`, async ({ sala, open }) => {
    const home = await open({ javascript, called: 'family' });
    // Far enough away for the family to cancel by itself.
    const family = new Family(home, 'th', { ...MALEE, slot: '2026-11-29T13:00' });
    const reference = await family.book();
    const other: string = (await sala.book({ cremation: { date: '2026-11-28', round: '13:00' } })).body.reference;

    const account = await sala.staff('director', 'สมศักดิ์ ตั้งใจ', 'officer', 'approver');
    const phone = await open({ javascript, called: 'director' });
    const director = new Officer(phone, sala);
    await director.signIn(account);
    for (const number of [reference, other]) {
      await director.open(number);
      expect(await phone.press('อนุมัติ')).toBe(303);
    }

    // Not signed yet: the family sees that it waits.
    expect(await family.track(reference)).toBe(200);
    expect(await home.press('ใบอนุญาตและหนังสือจากเทศบาล')).toBe(200);
    await expect(home.page.locator('main')).toContainText('รอผู้มีอำนาจลงนาม');

    // The list, the code, the button: everything is ticked.
    await waiting(phone, 2);
    await phone.see('waiting');
    expect(await phone.press('ลงนามฉบับที่เลือก')).toBe(422);
    await expect(phone.page.locator('main > .errors').getByRole('link')).toHaveCount(1);
    await phone.see('no-code');
    await phone.page.locator('[name=code]').fill(sala.code(account));
    await phone.press('ลงนามฉบับที่เลือก');
    await expect(phone.page.locator('main')).toContainText('ลงนามแล้ว 2 ฉบับ');
    await phone.see('signed');

    expect(await family.track(reference)).toBe(200);
    expect(await home.press('ใบอนุญาตและหนังสือจากเทศบาล')).toBe(200);
    await home.see('list');
    expect(await home.press('เปิดใบอนุญาตให้ใช้ฌาปนสถาน ฌส. 1/2569')).toBe(200);
    const main = home.page.locator('main');
    await expect(main).toContainText('สมศักดิ์ ตั้งใจ');
    await expect(main).toContainText('SHA-256');
    await home.see('permit');
    const code = /[A-Z2-7]{4}(-[A-Z2-7]{4}){3}/.exec(await main.innerText())?.[0] ?? '';
    expect(code, 'the code under the QR').not.toBe('');

    const stranger = await open({ javascript, called: 'stranger' });
    expect(await verified(stranger, code)).toContain('ใช้ได้');
    await stranger.see('valid');
    await stranger.page.goto('/verify/AAAA-AAAA-AAAA-AAAA');
    await expect(stranger.page.locator('main')).toContainText('อย่าเพิ่งเชื่อถือเอกสารนี้');

    // The family cancels: the paper in somebody's hand says so at once.
    expect(await family.track(reference)).toBe(200);
    expect(await home.press('ยกเลิกการจอง')).toBe(200);
    await home.see('cancel');
    expect(await home.press('ยกเลิกการจอง')).toBe(200);
    expect(await verified(stranger, code)).toContain('ถูกเพิกถอน');
    await stranger.see('revoked');
  });
}

for (const { javascript, how } of SCRIPTS) {
  test(`a refusal is signed, appealed from the tracking page and answered ${how}`, async ({ sala, open }) => {
    const home = await open({ javascript, called: 'family' });
    const family = new Family(home);
    const reference = await family.book();
    const account = await sala.staff('director', 'สมศักดิ์ ตั้งใจ', 'officer', 'approver');
    const desk = await open({ javascript, office: true, called: 'director' });
    const director = new Officer(desk, sala);
    await director.signIn(account);
    await director.open(reference);
    await director.unfold('ไม่อนุมัติ');
    await desk.page.locator('#refuse-facts').fill('มรณบัตรระบุฌาปนสถานแห่งอื่น');
    await desk.page.locator('#refuse-reason').fill('ต้องแก้มรณบัตรก่อน');
    expect(await desk.press('ไม่อนุมัติ')).toBe(303);
    await waiting(desk, 1);
    await desk.page.locator('[name=code]').fill(sala.code(account));
    await desk.press('ลงนามฉบับที่เลือก');
    await expect(desk.page.locator('main')).toContainText('ลงนามแล้ว 1 ฉบับ');

    expect(await family.track(reference)).toBe(200);
    const main = home.page.locator('main');
    await expect(main).toContainText('ต้องแก้มรณบัตรก่อน');
    expect(await home.press('อุทธรณ์ หรือดูผลอุทธรณ์')).toBe(200);
    await home.see('appeal');
    expect(await home.press('ยื่นอุทธรณ์')).toBe(422);
    await home.see('appeal-empty');
    await home.page.locator('[name=words]').fill('แก้มรณบัตรแล้วเมื่อเช้านี้');
    expect(await home.press('ยื่นอุทธรณ์')).toBe(200);
    await expect(main).toContainText('รับอุทธรณ์เลขที่');
    await home.see('appealed');

    await desk.page.goto('/staff/appeals');
    await desk.see('appeals');
    await desk.page.locator('main table a').first().click();
    await expect(desk.page.locator('main')).toContainText('แก้มรณบัตรแล้วเมื่อเช้านี้');
    await desk.see('appeal');
    // Whoever made the order may agree, or passes it on: the mayor decides whether the order stands.
    await expect(desk.page.getByRole('button', { name: 'ยืนตามคำสั่งเดิม' })).toHaveCount(0);
    expect(await desk.press('เห็นด้วย เปลี่ยนคำสั่งเดิม')).toBe(422);
    expect(await desk.press('ส่งให้นายกเทศมนตรี')).toBe(303);
    await desk.page.locator('[name=answer]').fill('ยังไม่พบการแก้ในทะเบียน');
    expect(await desk.press('ยืนตามคำสั่งเดิม')).toBe(303);
    await desk.see('answered');

    expect(await family.track(reference)).toBe(200);
    expect(await home.press('อุทธรณ์ หรือดูผลอุทธรณ์')).toBe(200);
    await expect(main).toContainText('ยังไม่พบการแก้ในทะเบียน');
    await expect(main).toContainText('ศาลปกครอง');
    await expect(home.page.getByRole('button', { name: 'ยื่นอุทธรณ์' })).toHaveCount(0);
    await home.see('answer');
  });
}

test('a late request has its reason written, signed and sent to the family', async ({ sala, open }) => {
  const home = await open({ called: 'family' });
  const family = new Family(home, 'th', { ...MALEE, slot: '2026-11-29T13:00' });
  const reference = await family.book();
  const account = await sala.staff('director', 'สมศักดิ์ ตั้งใจ', 'officer', 'approver');
  const desk = await open({ office: true, called: 'director' });
  const director = new Officer(desk, sala);
  await director.signIn(account);
  await director.reached('โทรยืนยันคำขอ');
  await desk.page.goto('/staff/late');
  await expect(desk.page.locator('main')).toContainText('ไม่มีคำขอที่ต้องแจ้งเหตุล่าช้า');

  // The next morning nobody has decided.
  sala.advance(24 * 60 * 60);
  await director.signIn(account);
  await expect(async () => {
    await desk.page.goto('/staff/late');
    await expect(desk.page.locator('[name=reason], main textarea').first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await desk.see('late');
  expect(await desk.press('บันทึกและออกหนังสือ')).toBe(422);
  await desk.see('no-reason');
  await desk.page.locator('main textarea').first().fill('รอผลตรวจสอบจากนายทะเบียน');
  expect(await desk.press('บันทึกและออกหนังสือ')).toBe(303);
  await waiting(desk, 1);
  await desk.page.locator('[name=code]').fill(sala.code(account));
  await desk.press('ลงนามฉบับที่เลือก');
  await expect(desk.page.locator('main')).toContainText('ลงนามแล้ว 1 ฉบับ');

  expect(await family.track(reference)).toBe(200);
  expect(await home.press('ใบอนุญาตและหนังสือจากเทศบาล')).toBe(200);
  await home.press(/^เปิดหนังสือแจ้งเหตุแห่งความล่าช้า/);
  await expect(home.page.locator('main')).toContainText('รอผลตรวจสอบจากนายทะเบียน');
  await home.see('letter');
});
