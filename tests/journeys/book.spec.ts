import { Family, JOHN } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';

const PAGES = 9;
const ANSWERS = 10;
const WORDS = 60;

for (const { javascript, how } of SCRIPTS) {
  test(`a family books a cremation ${how}`, async ({ open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor, 'th', undefined, (state) => visitor.see(state));

    await page.goto('/');
    await visitor.see('home');
    await visitor.follow('ขั้นตอน เอกสาร และค่าธรรมเนียม');
    await visitor.see('manual');
    await page.goto('/');
    await visitor.follow('ขอใช้ฌาปนสถาน');

    const reference = await family.book();
    expect(family.pages, 'pages').toBeLessThanOrEqual(PAGES);
    expect(family.answered, 'answers').toBeLessThanOrEqual(ANSWERS);
    const told = page.getByRole('main');
    await expect(told).toContainText('วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น.');
    await expect(told).toContainText('ลงท้าย 5678');
    await expect(told).toContainText('วันนี้ เวลา 13.00 น.');
    await expect(told).toContainText('075-000-001');

    await visitor.follow('เก็บใบรับคำขอเป็นภาพ');
    const slip = page.locator('img.slip');
    await expect(slip).toBeVisible();
    expect(await slip.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeGreaterThan(300);
    await visitor.see('slip');

    await page.goBack();
    await visitor.follow('ติดตามคำขอ');
    await visitor.see('track');
    await expect(family.field('reference')).toHaveValue(reference);
    await family.type('phone_last4', '5678');
    expect(await visitor.press('ดูสถานะ')).toBe(200);
    await expect(page.getByText('รอเจ้าหน้าที่โทรยืนยัน')).toBeVisible();
    await visitor.see('tracking');

    expect(await visitor.press('บันทึกเรื่องมรณบัตร')).toBe(422);
    await visitor.see('certificate-missing');
    await family.choose('deceased.certificate', 'not_yet');
    expect(await visitor.press('บันทึกเรื่องมรณบัตร')).toBe(200);
    await expect(page.getByText('บันทึกคำตอบแล้ว')).toBeVisible();
    await visitor.see('certificate-not-yet');
  });
}

test('a question is short above its button', async ({ open }) => {
  const visitor = await open();
  const words = new Intl.Segmenter('th', { granularity: 'word' });
  const long: string[] = [];
  const family = new Family(visitor, 'th', undefined, async (state) => {
    // The days and the answers are lists to look at, not texts to read.
    if (state === 'day' || state === 'check' || state === 'sent') return;
    const text = await visitor.page.evaluate(() => {
      const main = document.querySelector('main');
      const button = main?.querySelector('.actions');
      if (!main || !button) throw new Error('no button');
      const range = document.createRange();
      range.setStart(main, 0);
      range.setEndBefore(button);
      const shown = range.cloneContents();
      for (const folded of shown.querySelectorAll('details:not([open]) > :not(summary)')) folded.remove();
      return shown.textContent ?? '';
    });
    const count = [...words.segment(text)].filter((part) => part.isWordLike).length;
    if (count > WORDS) long.push(`${state}: ${count}`);
  });
  await family.until('check');
  expect(long).toEqual([]);
});

test('the whole of it in English', async ({ open }) => {
  const visitor = await open();
  const { page } = visitor;
  const look = async (state: string) => {
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    expect(await page.evaluate(thai), `${state}: Thai words`).toEqual([]);
    await visitor.see(state);
  };
  const family = new Family(visitor, 'en', JOHN, look);
  await page.goto('/en');
  await look('home');
  await page.goto('/en/manual/crematorium');
  await look('manual');
  await page.goto('/en/privacy');
  await look('privacy');

  await family.until('contact');
  expect(await visitor.press('Continue')).toBe(422);
  await expect(page).toHaveTitle(/^Error: /);
  await look('contact-errors');
  const reference = await family.book();
  await visitor.follow('Keep the receipt as a picture');
  await look('slip');

  expect(await family.track(reference, '0000')).toBe(404);
  await look('not-found');
  expect(await family.track(reference)).toBe(200);
  await expect(page.getByText('Waiting for our call')).toBeVisible();
  await look('tracking');
  expect(await visitor.press('Withdraw the request')).toBe(200);
  await look('withdraw');
});

/** Thai text and names for screen readers, besides the link to the Thai page. */
function thai(): string[] {
  const found: string[] = [];
  const seen = (text: string | null) => {
    if (text && /[\u0e00-\u0e7f]/.test(text)) found.push(text);
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node instanceof Element ? node : node.parentElement;
    if (element?.closest('[lang=th]')) continue;
    if (node instanceof Element) {
      for (const name of ['alt', 'aria-label', 'placeholder', 'title']) seen(node.getAttribute(name));
    } else seen(node.textContent);
  }
  return found;
}
