import { Family } from '../support/family.ts';
import { SCRIPTS, expect, test } from '../support/journey.ts';

const LINE =
  'Mozilla/5.0 (Linux; Android 13; SM-A145F Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
  'Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36 Line/14.6.0/IAB';

for (const { javascript, how } of SCRIPTS) {
  test(`another phone goes on ${how}`, async ({ sala, open }) => {
    const first = await open({ javascript, called: 'first' });
    const family = new Family(first);
    await family.until('check');
    const draft = first.page.url();
    await first.follow('ทำต่อในโทรศัพท์เครื่องอื่น');
    expect(await first.press('แสดงรหัส')).toBe(303);
    await first.see('code');
    const code = await first.page.locator('.reference').innerText();
    expect(code.replaceAll(/\s/g, '')).toMatch(/^\d{10}$/);

    const second = await open({ javascript, called: 'second' });
    const { page } = second;
    // The address alone opens nothing.
    expect((await page.goto(draft))?.status()).toBe(404);
    await second.see('not-here');
    await second.follow('ใส่รหัสเพื่อทำต่อ');
    await second.see('carry');
    await page.locator('[name=code]').fill('0000000000');
    expect(await second.press('ทำต่อในเครื่องนี้')).toBe(422);
    await expect(page.locator('[name=code]')).toHaveValue('0000000000');
    await second.see('wrong-code');
    await page.locator('[name=code]').fill(code);
    expect(await second.press('ทำต่อในเครื่องนี้')).toBe(303);
    const there = new Family(second);
    await there.at('check');
    await expect(page.getByText(`จองไว้ให้ถึง ${sala.thaiClock(60)}`)).toBeVisible();
    await expect(page.locator('.summary').first()).toContainText('นายบุญมี ใจงาม');

    expect((await first.page.goto(draft))?.status(), 'it has moved').toBe(404);
    await there.send();
  });

  test(`inside LINE ${how}`, async ({ open }) => {
    const visitor = await open({ javascript, userAgent: LINE, acceptDownloads: false });
    const { page } = visitor;
    const family = new Family(visitor, 'th', undefined, (state) => visitor.see(state));
    const reference = await family.book();
    const confirmation = page.url();

    const [picture] = await Promise.all([
      page.waitForResponse(/\/slip\.png$/),
      visitor.follow('เก็บใบรับคำขอเป็นภาพ'),
    ]);
    expect(picture.headers()['content-type']).toBe('image/png');
    expect(picture.headers()['content-disposition']).toBeUndefined();
    const slip = page.locator('img.slip');
    await expect(slip).toHaveAttribute('alt', /ใบรับคำขอเลขที่ \d/);
    const { width, height, shown } = await slip.evaluate((image: HTMLImageElement) => ({
      width: image.naturalWidth,
      height: image.naturalHeight,
      shown: image.getBoundingClientRect().height / image.getBoundingClientRect().width,
    }));
    expect(width).toBeGreaterThan(300);
    expect(shown, 'a stretched QR is not read').toBeCloseTo(height / width, 1);
    await visitor.see('slip');

    // Opened again, LINE has forgotten who it was.
    await visitor.context.clearCookies();
    expect((await page.goto(confirmation))?.status()).toBe(404);
    await visitor.see('forgotten');
    await visitor.follow('ส่งคำขอแล้ว ดูสถานะ');
    expect(await family.track(reference)).toBe(200);
    await expect(page.getByText('รอเจ้าหน้าที่โทรยืนยัน')).toBeVisible();
    await visitor.see('tracking');
  });
}
