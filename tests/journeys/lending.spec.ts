// A daughter asks for a bed for her mother from her phone, joins the queue, and takes the request back.
import { expect, SCRIPTS, test } from '../support/journey.ts';

for (const { javascript, how } of SCRIPTS) {
  test(`a family asks to borrow, sees its place in the queue, and cancels, ${how}`, async ({ open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const type = (field: string, value: string) => page.locator(`[name="${field}"]`).fill(value);
    const choose = (field: string, value: string) => page.locator(`[name="${field}"][value="${value}"]`).check();
    const next = async (path: string) => {
      expect(await visitor.press('ต่อไป')).toBe(303);
      await expect(page).toHaveURL(new RegExp(`/${path}$`));
    };

    await page.goto('/');
    await visitor.follow('ขอยืมอุปกรณ์');
    await visitor.see('catalogue');
    await expect(page.getByRole('main')).toContainText('ไม่ว่าง ขอเข้าคิวได้');
    expect(await visitor.press('เริ่มขอยืม')).toBe(303);

    // Wrong first: everything at once, nothing lost.
    await type('applicant.name', 'นางสาวมาลี ใจงาม');
    await choose('filling_for', 'self');
    expect(await visitor.press('ต่อไป')).toBe(422);
    await expect(page.locator('[name="applicant.name"]')).toHaveValue('นางสาวมาลี ใจงาม');
    await type('applicant.phone', '๐๘๑ ๒๓๔ ๕๖๗๘');
    await next('patient');

    expect(await visitor.press('ต่อไป')).toBe(422);
    await visitor.see('patient-errors');
    await choose('patient.who', 'other');
    await type('patient.name', 'นางบุญมี ใจงาม');
    await choose('applicant.relation', 'child');
    await choose('patient.condition', 'bedridden');
    await next('items');

    expect(await visitor.press('ต่อไป')).toBe(422);
    await visitor.see('items-missing');
    await page.getByLabel('เตียงผู้ป่วยแบบ 2 ไกร์').selectOption('1');
    await page.getByLabel('ที่นอนลม').selectOption('1');
    await next('period');

    await type('from.day', '25');
    await type('from.month', 'พ.ย.');
    await type('from.year', '2569');
    await choose('duration', '90');
    await visitor.see('period');
    await next('place');

    await choose('delivery', 'delivery');
    expect(await visitor.press('ต่อไป')).toBe(422);
    await visitor.see('place-missing');
    await type('patient.address', '12 ถนนพระรามหก');
    await next('check');
    await visitor.see('check');
    await expect(page.getByRole('main')).toContainText('เตียงผู้ป่วยแบบ 2 ไกร์ × 1');

    expect(await visitor.press('ส่งคำขอ')).toBe(303);
    await expect(page).toHaveURL(/\/sent$/);
    await visitor.see('sent');
    await expect(page.getByRole('main')).toContainText('คิวที่ 1');
    const reference = (await page.locator('.reference').innerText()).replaceAll(/\s/g, '');
    expect(reference).toMatch(/^\d{12}$/);

    // The back button and a second tap get the same number.
    await page.goBack();
    await page.goto(page.url().replace(/check$/, 'sent'));
    await visitor.follow('ติดตามคำขอ');
    await type('phone_last4', '5678');
    expect(await visitor.press('ดูสถานะ')).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('สถานะคำขอยืมอุปกรณ์');
    await visitor.see('tracking');
    expect(await visitor.press('ยกเลิกคำขอนี้')).toBe(200);
    await visitor.see('cancel');
    expect(await visitor.press('ยกเลิกคำขอ')).toBe(200);
    await expect(page.getByRole('main')).toContainText('ยกเลิกคำขอแล้ว');
    await visitor.see('cancelled');
  });
}
