// Photos of papers: sent from a phone, two found defective, sent again, accepted; and files that are no photos.
import { Family, MALEE } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';
import type { Visitor } from '../support/visitor.ts';

const CERTIFICATE = 'death_certificate';
const AUTHORITY = 'authority';

/** Some photo: what the browser shows just now, so that no two are alike. */
async function photo({ page }: Visitor, clip = { x: 0, y: 0, width: 320, height: 400 }) {
  return { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: await page.screenshot({ type: 'jpeg', clip }) };
}

for (const { javascript, how } of SCRIPTS) {
  test(`papers are sent, two are defective, sent again and accepted ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    const reference = await family.book();
    const desk = await open({ office: true, called: 'office' });
    const officer = new Officer(desk, sala);
    await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer', 'approver'));

    expect(await family.track(reference)).toBe(200);
    await visitor.see('nothing-sent');
    // Nothing chosen.
    expect(await visitor.press('ส่งรูป')).toBe(422);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await visitor.see('nothing-chosen');
    // Files that are no photos, each said in words.
    for (const [name, content, words] of [
      ['paper.jpg', '<!doctype html><script>alert(1)</script>', 'ไม่ใช่รูปถ่าย'],
      ['paper.pdf', '%PDF-1.7 x', 'เป็น PDF'],
      ['cut.jpg', '\xff\xd8\xff\xe0 cut', 'เปิดไม่ได้'],
    ]) {
      const buffer = Buffer.from(content, 'latin1');
      await page.locator('#photo').setInputFiles({ name, mimeType: 'image/jpeg', buffer });
      expect(await visitor.press('ส่งรูป')).toBe(422);
      await expect(page.locator('#photo-error')).toContainText(words);
    }
    await visitor.see('no-photo');

    // Two photos of one paper at once, and one of another.
    await page.locator('#kind').selectOption(CERTIFICATE);
    const first = await photo(visitor);
    await page.locator('#photo').setInputFiles([first, await photo(desk)]);
    expect(await visitor.press('ส่งรูป')).toBe(200);
    await expect(page.getByText('ได้รับรูปแล้ว 2 รูป')).toBeVisible();
    // What is left waits for the office, so the form is folded.
    await visitor.unfold(page.locator('#kind'));
    await page.locator('#kind').selectOption(AUTHORITY);
    await page.locator('#photo').setInputFiles(await photo(visitor, { x: 0, y: 100, width: 300, height: 300 }));
    expect(await visitor.press('ส่งรูป')).toBe(200);
    const papers = page.locator('.paper');
    await expect(papers).toHaveCount(3);
    await visitor.see('sent');

    // The officer sees on the list that photos wait, and how near the day is; looks at each, two must come again.
    await desk.page.goto('/staff/requests');
    await expect(desk.page.locator('tbody tr')).toContainText('รูปรอตรวจ');
    await expect(desk.page.locator('tbody tr')).toContainText('พิธีวันนี้');
    await desk.see('list');
    await officer.open(reference);
    await expect(desk.page.locator('.paper')).toHaveCount(3);
    await desk.see('request');
    await desk.page.locator('.paper a').first().click();
    await expect(desk.page.locator('.photo img')).toHaveJSProperty('complete', true);
    const facts = desk.page.locator('section', { has: desk.page.locator('#facts') });
    for (const fact of ['นายบุญมี ใจงาม', '3-9201-00456-78-9', '22 พฤศจิกายน 2569', 'ฌาปนสถาน', 'มาลี']) await expect(facts).toContainText(fact);
    await desk.see('photo');
    await desk.follow('หมุนรูป');
    await expect(desk.page.locator('.photo.turn-1')).toHaveCount(1);
    await desk.see('turned');
    expect(await desk.press('ต้องส่งใหม่')).toBe(422);
    await desk.see('no-reason');
    await desk.page.locator('[name=defect]').fill('อ่านไม่ออก');
    expect(await desk.press('ต้องส่งใหม่')).toBe(303);
    // On to the next that waits, by itself.
    expect(await desk.press('ใช้ได้')).toBe(303);
    await desk.page.locator('[name=defect]').fill('ไม่มีลายมือชื่อ');
    expect(await desk.press('ต้องส่งใหม่')).toBe(303);
    await expect(desk.page).toHaveURL(new RegExp(`/staff/requests/${reference}$`));
    await desk.check(desk.page.locator('[name=stated_place][value=elsewhere]'));
    expect(await desk.press('บันทึกผลตรวจเอกสาร')).toBe(303);
    await officer.unfold('ส่งกลับให้แก้ไข');
    await expect(desk.page.locator('[name=defect]:not([type=checkbox])')).toHaveValue(/อ่านไม่ออก\n.*ไม่มีลายมือชื่อ/);
    await desk.see('defects');
    expect(await desk.press('ส่งกลับให้แก้ไข')).toBe(303);

    // Each defect stands beside its photo and the place to send another.
    expect(await family.track(reference)).toBe(200);
    await expect(page.locator('.paper .defect')).toHaveText(['ต้องแก้: อ่านไม่ออก', 'ต้องแก้: ไม่มีลายมือชื่อ']);
    await expect(page.getByText('มรณบัตรระบุสถานที่จัดการศพเป็นที่อื่น')).toBeVisible();
    await visitor.see('returned');
    for (let left = 2; left > 0; left -= 1) {
      const again = page.locator('.paper', { has: page.locator('.defect') }).first();
      await again.locator('[name=photo]').setInputFiles(await photo(visitor, { x: 0, y: 20 * left, width: 300, height: 300 }));
      expect(await visitor.press('ส่งรูปใหม่แทน')).toBe(200);
      await expect(page.locator('.paper .defect')).toHaveCount(left - 1);
    }
    await visitor.see('sent-again');
    expect(await visitor.press('ส่งคำขอที่แก้ไขแล้ว')).toBe(200);

    await officer.open(reference);
    await desk.page.locator('.paper', { hasText: 'รอเจ้าหน้าที่ตรวจ' }).locator('a').first().click();
    expect(await desk.press('ใช้ได้')).toBe(303);
    expect(await desk.press('ใช้ได้')).toBe(303);
    await expect(desk.page).toHaveURL(new RegExp(`/staff/requests/${reference}$`));
    await desk.check(desk.page.locator('[name=stated_place][value=here]'));
    expect(await desk.press('บันทึกผลตรวจเอกสาร')).toBe(303);
    expect(await desk.press('อนุมัติ')).toBe(303);
    await desk.see('approved');

    expect(await family.track(reference)).toBe(200);
    await expect(page.locator('.notice.good').first()).toContainText('อนุมัติแล้ว');
    await visitor.see('approved');
    // The family sees its own photo, which is a picture and nothing else.
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/track/paper')),
      page.getByRole('button', { name: 'ดูรูป' }).first().click(),
    ]);
    expect(answer.headers()).toMatchObject({
      'content-type': 'image/jpeg',
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });
}

test('an unnatural death waits for its release, which the counter puts in', async ({ sala, open }) => {
  const visitor = await open({});
  const family = new Family(visitor);
  const reference = await family.book();
  const desk = await open({ office: true, called: 'office' });
  const officer = new Officer(desk, sala);
  await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer', 'approver'));
  await officer.open(reference);
  await desk.check(desk.page.locator('[name=manner][value=unnatural]'));
  expect(await desk.press('บันทึกผลตรวจเอกสาร')).toBe(303);
  await expect(desk.page.getByText('ยังอนุมัติไม่ได้')).toBeVisible();
  await expect(desk.page.getByRole('button', { name: 'อนุมัติ', exact: true })).toHaveCount(0);
  await desk.see('release-missing');
  await desk.page.locator('summary', { hasText: 'ใส่เอกสารที่รับที่เคาน์เตอร์' }).click();
  await desk.page.locator('#kind').selectOption('police_release');
  await desk.page.locator('#papers-photo').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('GIF89a') });
  expect(await desk.press('ใส่เอกสาร')).toBe(422);
  await desk.see('counter-error');
  await expect(desk.page.locator('#kind')).toHaveValue('police_release');
  await desk.page.locator('#papers-photo').setInputFiles(await photo(visitor));
  expect(await desk.press('ใส่เอกสาร')).toBe(303);
  await desk.page.locator('.paper a').first().click();
  expect(await desk.press('ใช้ได้')).toBe(303);
  expect(await desk.press('อนุมัติ')).toBe(303);
  expect(await family.track(reference, MALEE.phone.slice(-4))).toBe(200);
});
