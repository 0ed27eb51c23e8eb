// Nights, round and ash slot as one: booked together, the ash slot changed and declined, the rest told afterwards.
import { Family } from '../support/family.ts';
import { expect, SCRIPTS, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';
import type { Visitor } from '../support/visitor.ts';

/** Two nights and the furnace: the ash slot costs nothing, so it stays so. */
const PRICE = '2,520 บาท';

for (const { javascript, how } of SCRIPTS) {
  test(`a family books nights, round and ash slot, and tells of the coffin ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const main = page.locator('main');
    const family = new Family(visitor);
    await family.until('day');
    await expect(page.locator('section.day', { hasText: '25 พฤศจิกายน' })).toContainText('เก็บอัฐิ');
    await expect(main).toContainText(`ค่าธรรมเนียม ประมาณ ${PRICE} ทุกวันในรายการ`);
    await family.until('check');
    await check(visitor, 'วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 07.00 น.');
    await visitor.see('check');

    // Another hour of the same morning.
    await toAsh(visitor);
    await expect(page.locator('input[name=ash][value="2026-11-26T07:00"]')).toBeChecked();
    await visitor.see('ash');
    await page.locator('input[name=ash][value="2026-11-26T08:00"]').check();
    expect(await visitor.press('ใช้เวลานี้')).toBe(303);
    await check(visitor, 'วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.');

    // Both tables of 09.00 go while the family looks: it hears so, and keeps what it has.
    await toAsh(visitor);
    await page.locator('input[name=ash][value="2026-11-26T09:00"]').check();
    for (let table = 0; table < 2; table += 1) {
      const taken = await sala.book({ cremation: { date: '2026-11-25', round: '10:00' }, ash: { date: '2026-11-26', time: '09:00' } });
      expect(taken, JSON.stringify(taken.body)).toMatchObject({ status: 201 });
    }
    expect(await visitor.press('ใช้เวลานี้')).toBe(409);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await expect(page.locator('input[name=ash][value="2026-11-26T09:00"]')).toHaveCount(0);
    await visitor.see('ash-taken');
    await page.goBack();
    await page.goto(page.url().replace(/ash$/, 'check'));
    await check(visitor, 'วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.');

    // Declined, and wanted again.
    await toAsh(visitor);
    await page.locator('input[name=ash][value=none]').check();
    expect(await visitor.press('ใช้เวลานี้')).toBe(303);
    await check(visitor, 'ไม่ได้จอง');
    await visitor.see('declined');
    await toAsh(visitor);
    await page.locator('input[name=ash][value="2026-11-26T08:00"]').check();
    expect(await visitor.press('ใช้เวลานี้')).toBe(303);
    await check(visitor, 'วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.');
    const reference = await family.send();
    await expect(main).toContainText('วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.');

    // Told afterwards: folded, open while something is wrong, and folded again once they are answered.
    expect(await family.track(reference)).toBe(200);
    const fold = page.locator('main details', { has: page.locator('[name=coffin_size]') });
    await expect(fold).not.toHaveAttribute('open');
    await expect(fold.locator('summary')).toContainText('ยังไม่ได้ตอบ');
    await visitor.see('unanswered');
    expect(await visitor.press('บันทึกคำตอบ')).toBe(422);
    await expect(page.locator('main > .errors').getByRole('link')).toHaveCount(2);
    await expect(fold).toHaveAttribute('open');
    await visitor.see('not-told');
    await page.locator('[name=coffin_size][value=large]').check();
    await page.locator('[name=implants][value=present]').check();
    expect(await visitor.press('บันทึกคำตอบ')).toBe(200);
    await expect(page.getByRole('status')).toContainText('บันทึกคำตอบแล้ว');
    await expect(fold).not.toHaveAttribute('open');
    await visitor.see('told');

    const desk = await open({ office: true, called: 'office' });
    const officer = new Officer(desk, sala);
    await officer.signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
    await officer.open(reference);
    const body = desk.page.locator('section', { has: desk.page.locator('#particulars') });
    await expect(body).toContainText('ใหญ่');
    await expect(body).toContainText('มี ยังไม่ได้นำออก');
    await expect(body).toContainText('โต๊ะเก็บอัฐิ');
    await expect(desk.page.locator('main')).toContainText('วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.');
    await desk.see('request');

    // A case that this round cannot take: nothing is moved behind anybody's back; an officer has it to do.
    await visitor.check(page.locator('[name=case_type][value=infectious]'));
    expect(await visitor.press('บันทึกคำตอบ')).toBe(200);
    await expect(page.getByRole('status')).toContainText('เจ้าหน้าที่จะโทรหา');
    await visitor.see('does-not-fit');
    await desk.page.goto('/staff/tasks');
    await expect(desk.page.locator('main')).toContainText('ติดเชื้อ');
    await desk.see('task');
  });
}

/** On the check page: what is said of the ashes, and the price. */
async function check({ page }: Visitor, ash: string): Promise<void> {
  await expect(page).toHaveURL(/\/check$/);
  await expect(page.locator('.summary > div', { hasText: 'เก็บอัฐิ' })).toContainText(ash);
  await expect(page.locator('main')).toContainText(PRICE);
}

async function toAsh({ page }: Visitor): Promise<void> {
  await Promise.all([page.waitForURL(/\/ash$/), page.locator('.summary a[href$="/ash"]').click()]);
}
