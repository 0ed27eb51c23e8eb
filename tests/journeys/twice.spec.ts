import { Family } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';

for (const { javascript, how } of SCRIPTS) {
  test(`sent twice is one request ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('check');
    const check = page.url();
    const other = await visitor.tab();
    await other.goto(check);
    await Promise.all([
      visitor.press('ส่งคำขอ'),
      visitor.press('ส่งคำขอ', other),
      ...[1, 2, 3].map(() => visitor.context.request.post(check)),
    ]);
    await expect(page).toHaveURL(/\/sent$/);
    await expect(other).toHaveURL(/\/sent$/);
    const reference = await family.reference();
    await expect(other.locator('.reference')).toHaveText(await page.locator('.reference').innerText());

    // Back and refresh repeat nothing.
    await page.goBack();
    await expect(page).toHaveURL(/\/sent$/);
    await page.reload();
    expect(await family.reference()).toBe(reference);
    await page.goto(check);
    await expect(page).toHaveURL(/\/sent$/);

    const office = await open({ office: true, called: 'office' });
    const officer = new Officer(office, sala);
    await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer'));
    await office.page.goto('/staff/requests');
    await expect(office.page.locator('table.list tbody tr')).toHaveCount(1);
    await expect(office.page.locator('table.list')).not.toContainText('มาลี');
  });
}
