import { Family } from '../support/family.ts';
import { expect, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';
import type { Visitor } from '../support/visitor.ts';

/** The bytes behind a link of the page, as the same browser gets them. */
async function file(visitor: Visitor, link: string): Promise<{ type: string; body: Buffer }> {
  const href = await visitor.page.getByRole('main').getByRole('link', { name: link, exact: true }).getAttribute('href');
  const answer = await visitor.context.request.get(href ?? '');
  expect(answer.status(), link).toBe(200);
  return { type: answer.headers()['content-type'] ?? '', body: await answer.body() };
}

for (const javascript of [true, false]) {
  test(`a family reads, prints and keeps its documents, ${javascript ? 'with' : 'without'} scripts`, async ({ open }) => {
    const visitor = await open({ javascript });
    const family = new Family(visitor);
    const reference = await family.book();
    for (const [kind, said] of [
      ['คำขอใช้ฌาปนสถาน', 'ยื่นทางอิเล็กทรอนิกส์'],
      ['ใบรับคำขอใช้ฌาปนสถาน', 'ยังไม่ใช่ใบอนุญาต'],
    ] as const) {
      expect(await family.track(reference)).toBe(200);
      expect(await visitor.press(kind)).toBe(200);
      await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText(kind);
      await expect(visitor.page.locator('main article')).toContainText(said);
      await visitor.see(kind === 'คำขอใช้ฌาปนสถาน' ? 'request' : 'slip');
      const pdf = await file(visitor, 'ไฟล์ PDF สำหรับพิมพ์');
      expect(pdf.type).toBe('application/pdf');
      expect(pdf.body.subarray(0, 5).toString()).toBe('%PDF-');
    }
    await visitor.follow('ภาพสำหรับเก็บไว้ในโทรศัพท์');
    const picture = visitor.page.locator('main img');
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth), { timeout: 20_000 }).toBe(1080);
    await visitor.see('picture');
    await visitor.page.goto('/document/made-up/pdf');
    await expect(visitor.page.locator('main')).toContainText('ไม่พบ');
  });
}

test('the office reads the documents of a request and the register of a month', async ({ sala, open }) => {
  const reference = await new Family(await open({ called: 'family' })).book();
  const desk = await open({ office: true, called: 'officer' });
  await new Officer(desk, sala).signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  await desk.page.goto(`/staff/requests/${reference}`);
  await desk.follow('คำขอใช้ฌาปนสถาน');
  await expect(desk.page.locator('main article')).toContainText('ยื่นทางอิเล็กทรอนิกส์');
  await desk.see('request');
  await desk.page.goto('/staff/register');
  await expect(desk.page.locator('main article')).toContainText('รวม 0 ราย');
  await desk.see('register');
  const pdf = await file(desk, 'ไฟล์ PDF สำหรับพิมพ์');
  expect(pdf.body.subarray(0, 5).toString()).toBe('%PDF-');
});
