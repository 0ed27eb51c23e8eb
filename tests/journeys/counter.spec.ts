// Keying in a request at the counter: by keyboard alone, in a hurry, with a slip at the end.
import { Officer } from '../support/office.ts';
import { expect, test } from '../support/journey.ts';

/** What an officer may take for a simple case; and a slow typist's time for one key. */
const LIMIT_SECONDS = 120;
const SECONDS_PER_KEY = 0.4;

test('a simple case by keyboard alone in under two minutes', async ({ sala, open }) => {
  const visitor = await open({ office: true });
  const { page } = visitor;
  const officer = new Officer(visitor, sala);
  await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer'));
  await page.goto('/staff/walk-in');
  await visitor.see('empty');

  let keys = 0;
  let stops = 0;
  const press = async (key: string) => {
    keys += 1;
    await page.keyboard.press(key);
  };
  const type = async (text: string) => {
    keys += [...text].length;
    await page.keyboard.type(text);
  };
  const next = async () => {
    stops += 1;
    await press('Tab');
  };
  const at = (name: string) => expect(page.locator(`[name="${name}"]:focus`), name).toHaveCount(1);

  // Typing begins at the name; nothing is clicked.
  const begun = Date.now();
  await at('applicant.name');
  await type('นางสาวมาลี ใจงาม');
  await next();
  await at('applicant.phone');
  await type('081 234 5678');
  await next();
  await at('applicant.relation');
  // A Thai keyboard would type "บุตร"; this one has no such keys.
  await press('ArrowDown');
  await press('ArrowDown');
  await next();
  await at('deceased.name');
  await type('นายบุญมี ใจงาม');
  await next();
  await at('deceased.national_id');
  await type('3 9201 00456 78 9');
  await next();
  await at('deceased.date_of_death');
  await type('เมื่อวาน');
  await next();
  await at('deceased.residence');
  await press('Space');
  // Past the type of case, which is ordinary unless told otherwise.
  for (let n = 0; n < 12 && !(await page.locator('[name="cremation.date"]:focus').count()); n += 1) await next();
  await at('cremation.date');
  await type('261169');
  await next();
  await at('cremation.round');
  await type('13');
  // What it costs can be told first; that is no part of the two minutes.
  expect(await visitor.press('ดูราคาก่อน')).toBe(200);
  const price = page.locator('section#price');
  await expect(price).toContainText('รวม');
  await expect(price).toContainText('1 ครั้ง × 1,000 บาท = 1,000 บาท');
  await expect(page.locator('[name="applicant.name"]')).toHaveValue('นางสาวมาลี ใจงาม');
  await visitor.see('price');
  await page.locator('[name="cremation.round"]').focus();
  // Enter saves from any field of one line.
  await page.keyboard.down('Shift');
  await press('Tab');
  await page.keyboard.up('Shift');
  await at('cremation.date');
  await Promise.all([page.waitForURL(/\/slip$/), press('Enter')]);
  const seconds = (Date.now() - begun) / 1000;
  console.log(`a simple case: ${keys} keys, ${stops} tab stops, ${seconds.toFixed(1)} s here, ${(keys * SECONDS_PER_KEY).toFixed(0)} s by hand`);
  expect(keys * SECONDS_PER_KEY).toBeLessThan(LIMIT_SECONDS);
  expect(stops).toBeLessThanOrEqual(14);

  // The slip: number and QR, what is booked in words, when it is decided, whom to call; then the next family by Enter.
  const slip = page.locator('.slip');
  await expect(slip).toContainText('วันพฤหัสบดีที่ 26 พฤศจิกายน 2569');
  await expect(slip).toContainText('13.00');
  // The ashes come by themselves: the first slot of the next open morning.
  await expect(slip).toContainText('วันศุกร์ที่ 27 พฤศจิกายน 2569 เวลา 07.00 น.');
  await expect(slip).toContainText('075-000-001');
  await expect(page.getByRole('main')).toContainText('วันอาทิตย์ที่ 22 พฤศจิกายน 2569');
  await expect(slip.locator('.qr svg')).toHaveCount(1);
  await expect(slip).not.toContainText('มาลี');
  await visitor.see('slip');
  for (const paper of ['a4', 'a5', 'roll']) {
    await page.goto(`${page.url().split('?')[0]}?paper=${paper}`);
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('link', { name: 'รายการถัดไป' })).toBeHidden();
    await visitor.see(`print-${paper}`);
    await page.emulateMedia({ media: null });
  }
  await page.reload();
  await expect(page.getByRole('link', { name: 'รายการถัดไป' })).toBeFocused();
  await Promise.all([page.waitForURL(/\/walk-in$/), page.keyboard.press('Enter')]);
  await at('applicant.name');
});

test('what is wrong at the counter is told at once, with everything as typed', async ({ sala, open }) => {
  const visitor = await open({ office: true });
  const { page } = visitor;
  await new Officer(visitor, sala).signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer'));
  await page.goto('/staff/walk-in');
  const typed: Record<string, string> = {
    'applicant.name': 'นางสาวมาลี ใจงาม',
    'applicant.phone': '081',
    'deceased.name': 'นายบุญมี ใจงาม',
    'deceased.national_id': '3920100456780',
    'deceased.date_of_death': '31/2/69',
    'cremation.date': '26/11',
  };
  for (const [name, value] of Object.entries(typed)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('[name=channel][value=telephone]').check();
  await page.keyboard.press('Tab');
  await page.locator('[name="applicant.name"]').press('Enter');
  await expect(page).toHaveTitle(/^ผิดพลาด: /);
  await expect(page.locator('main > .errors')).toBeFocused();
  for (const [name, value] of Object.entries(typed)) await expect(page.locator(`[name="${name}"]`)).toHaveValue(value);
  await expect(page.locator('[name=channel][value=telephone]')).toBeChecked();
  for (const id of ['applicant-phone', 'deceased-national_id', 'deceased-date_of_death']) {
    await expect(page.locator(`#${id}-error`), id).toHaveCount(1);
  }
  await expect(page.locator('#cremation-date-hint')).toContainText('วันพฤหัสบดีที่ 26 พฤศจิกายน 2569');
  await visitor.see('errors');

  // By keyboard to the first thing that is wrong, mended, and so on to the slip; a double Enter is one request.
  for (const [name, value] of [
    ['applicant.phone', '0812345678'],
    ['deceased.national_id', '3920100456789'],
    ['deceased.date_of_death', '22/11/26'],
  ]) {
    await page.locator(`[name="${name}"]`).fill(value);
  }
  await page.locator('[name="applicant.relation"]').selectOption('child');
  await page.locator('[name="deceased.residence"][value=in_area]').check();
  await page.locator('[name="cremation.round"]').selectOption('13:00');
  await page.locator('[name="applicant.name"]').press('Enter', { noWaitAfter: true });
  await page.waitForURL(/\/slip$/);
  await page.goto('/staff/requests');
  await expect(page.locator('.list tbody tr')).toHaveCount(1);
  await page.locator('.list tbody a').first().click();
  await expect(page.getByRole('main')).toContainText('ทางโทรศัพท์');
});

test('ash slot, coffin and implants by keyboard, where they are known', async ({ sala, open }) => {
  const visitor = await open({ office: true });
  const { page } = visitor;
  await new Officer(visitor, sala).signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer'));
  await page.goto('/staff/walk-in');
  for (const [name, value] of [
    ['applicant.name', 'นางสาวมาลี ใจงาม'],
    ['applicant.phone', '0812345678'],
    ['deceased.name', 'นายบุญมี ใจงาม'],
    ['deceased.date_of_death', 'เมื่อวาน'],
    ['cremation.date', '25/11'],
  ]) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('[name="applicant.relation"]').selectOption('child');
  await page.locator('[name="deceased.residence"][value=in_area]').check();
  await page.locator('[name="cremation.round"]').selectOption('13:00');
  const tab = async (name: string) => {
    for (let n = 0; n < 6 && !(await page.locator(`[name="${name}"]:focus`).count()); n += 1) await page.keyboard.press('Tab');
    await expect(page.locator(`[name="${name}"]:focus`), name).toHaveCount(1);
  };
  await page.locator('[name="cremation.round"]').focus();
  const at = page.locator('summary:focus');
  for (let n = 0; n < 6 && !(await at.count()); n += 1) await page.keyboard.press('Tab');
  await expect(at).toHaveText(/^เก็บอัฐิ/);
  await page.keyboard.press('Enter');
  await tab('ash.time');
  await page.keyboard.type('08');
  await tab('ash.date');
  await page.keyboard.type('พรุ่งนี้');
  await tab('coffin_size');
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowDown');
  await tab('implants');
  await page.keyboard.press('End');
  await visitor.see('unfolded');

  // A day without a free slot is told at its field, and the fold stays open.
  await tab('implants');
  await page.locator('[name="ash.date"]').press('Enter');
  await expect(page.locator('#ash-date-error, #ash-time-error').first()).toBeVisible();
  await expect(page.locator('[name="implants"]')).not.toHaveValue('');
  await visitor.see('wrong-ash-day');
  await page.locator('[name="ash.date"]').fill('26/11');
  await page.locator('[name="ash.date"]').press('Enter');
  await page.waitForURL(/\/slip$/);
  await expect(page.locator('.slip')).toContainText('วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.');
});
