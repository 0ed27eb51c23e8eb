import { Family, MALEE } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';

for (const { javascript, how } of SCRIPTS) {
  test(`an answer is changed from the check ${how}`, async ({ open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('check');
    const answers = page.locator('.summary').first();

    await visitor.follow('เปลี่ยน ผู้เสียชีวิต');
    await expect(page).toHaveURL(/\/deceased\/change$/);
    await expect(family.field('deceased.name')).toHaveValue(MALEE.deceased);
    await visitor.see('change');
    await family.type('deceased.name', 'นายบุญมา ใจงาม');
    expect(await visitor.press('บันทึกคำตอบ')).toBe(303);
    await family.at('check');
    await expect(answers).toContainText('นายบุญมา ใจงาม');

    await visitor.follow('เปลี่ยน เลขประจำตัว');
    await family.choose('deceased.identity', 'not_known');
    expect(await visitor.press('บันทึกคำตอบ')).toBe(303);
    await expect(answers).toContainText('ไม่ทราบหรือไม่มี');

    await visitor.follow('เปลี่ยน ฌาปนกิจ');
    await expect(page).toHaveURL(/\/day\/change$/);
    await expect(page.getByText('จองไว้ให้ท่าน')).toBeVisible();
    await expect(family.option('slot', '2026-11-25T13:00')).toBeChecked();
    await visitor.see('day-held');
    await family.choose('slot', '2026-11-26T10:00');
    expect(await visitor.press('ใช้วันและเวลาที่เลือก')).toBe(303);
    await family.at('check');
    await expect(answers).toContainText('วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 10.00 น.');
    await expect(answers).toContainText('24 พ.ย. ถึง 25 พ.ย.');
    await family.send();
  });

  test(`what is wrong is told and nothing typed is lost ${how}`, async ({ open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    const summary = page.locator('main > .errors');
    await family.until('contact');

    // Nothing at all.
    expect(await visitor.press('ต่อไป')).toBe(422);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await expect(page.locator('main > :first-child')).toHaveClass('errors');
    await expect(summary).toBeFocused();
    await visitor.see('empty');

    // Everything wrong: far too long, letters for digits, a helper without a phone.
    const long = 'ก'.repeat(500);
    await family.type('applicant.name', long);
    await family.type('applicant.phone', '๐๘๑-๒๓๔');
    await family.choose('filling_for', 'other');
    await family.type('helper.name', '"><b>หลาน</b> & \'เพื่อน\' 🙏');
    expect(await visitor.press('ต่อไป')).toBe(422);
    await expect(family.field('applicant.name')).toHaveValue(long);
    await expect(family.field('applicant.phone')).toHaveValue('๐๘๑-๒๓๔');
    await expect(family.option('filling_for', 'other')).toBeChecked();
    await expect(family.field('helper.name')).toHaveValue('"><b>หลาน</b> & \'เพื่อน\' 🙏');
    await visitor.see('wrong');

    // Every line of the summary leads to its field, which says the same.
    const lines = summary.getByRole('link');
    await expect(lines).toHaveCount(3);
    for (const line of await lines.all()) {
      const target = (await line.getAttribute('href'))?.slice(1) ?? '';
      await line.click();
      await expect(page.locator(`[id="${target}"]`)).toBeFocused();
      await expect(page.locator(`[id="${target}-error"]`)).toContainText(await line.innerText());
      await expect(page.locator(`[id="${target}"]`)).toHaveAttribute('aria-invalid', 'true');
    }

    // After a visit to a field the summary still takes the focus.
    await family.type('applicant.name', '🙏🙏');
    expect(await visitor.press('ต่อไป')).toBe(422);
    await expect(summary).toBeFocused();
    await expect(family.field('applicant.name')).toHaveValue('🙏🙏');

    // What no keyboard types.
    const sent = await visitor.context.request.post(page.url(), {
      form: { 'applicant.name': 'มาลี\0ใจงาม', 'applicant.phone': '\0' },
      maxRedirects: 0,
    });
    expect(sent.status()).toBe(422);
    expect(await sent.text()).toContain('มาลี');

    // Thai digits and a picture beside letters are good answers.
    await family.type('applicant.name', 'มาลี 🙏 ใจงาม');
    await family.type('applicant.phone', '๐๘๑-๒๓๔-๕๖๗๘');
    await family.choose('filling_for', 'self');
    expect(await visitor.press('ต่อไป')).toBe(303);

    for (const step of ['relation', 'deceased', 'death', 'residence', 'nights', 'day'] as const) {
      await family.at(step);
      expect(await visitor.press(step === 'day' ? 'ใช้วันและเวลาที่เลือก' : 'ต่อไป')).toBe(422);
      await expect(page).toHaveTitle(/^ผิดพลาด: /);
      await expect(summary).toBeFocused();
      await summary.getByRole('link').first().click();
      expect(await page.evaluate(() => document.activeElement?.closest('main form') !== null)).toBe(true);
      if (step === 'death') {
        for (const [part, value] of [['day', '๓๑'], ['month', 'ก.พ.'], ['year', '๒๕๖๙']]) {
          await family.field(`deceased.date_of_death.${part}`).fill(value);
        }
        expect(await visitor.press('ต่อไป')).toBe(422);
        await expect(family.field('deceased.date_of_death.day')).toHaveValue('๓๑');
        await expect(family.field('deceased.date_of_death.month')).toHaveValue('ก.พ.');
        await expect(summary).toBeFocused();
      }
      await visitor.see(`${step}-errors`);
      await family.fill(step);
      expect(await visitor.press(step === 'day' ? 'ใช้วันและเวลาที่เลือก' : 'ต่อไป')).toBe(303);
    }
    await family.at('check');
    await expect(page.locator('.summary').first()).toContainText('081-234-5678');
    await family.send();
  });
}

test('a long name breaks no page', async ({ open }) => {
  const visitor = await open();
  const name = 'ก'.repeat(60) + 'Supercalifragilistic'.repeat(3);
  const family = new Family(visitor, 'th', { ...MALEE, name, deceased: name, nationalId: '' }, (state) => visitor.see(state));
  const reference = await family.book();
  expect(await family.track(reference)).toBe(200);
  await visitor.see('tracking');
});

test('the keyboard is enough', async ({ open }) => {
  const visitor = await open();
  const { page } = visitor;
  const family = new Family(visitor);
  const { keyboard } = page;
  await family.until('contact');

  await keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await keyboard.press('Enter');
  await keyboard.press('Tab');
  await expect(family.field('applicant.name')).toBeFocused();
  await keyboard.type(MALEE.name);
  await keyboard.press('Tab');
  await keyboard.type(MALEE.phone);
  await keyboard.press('Enter');
  await family.at('relation');
  await family.option('applicant.relation', 'spouse').focus();
  await keyboard.press('ArrowDown');
  await expect(family.option('applicant.relation', 'child')).toBeChecked();
  await keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'ต่อไป' })).toBeFocused();
  await keyboard.press('Enter');
  await family.at('deceased');
});
