// What it costs, before sending and after; exemption, note, cashier, the bank's file, money back.
import { Family } from '../support/family.ts';
import { expect, SCRIPTS, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';

for (const { javascript, how } of SCRIPTS) {
  test(`the price is seen before sending, an exemption is decided before paying ${how}`, async ({ sala, open }) => {
    const visitor = await open({ javascript });
    const { page } = visitor;
    const family = new Family(visitor);
    await family.until('check');
    const main = page.locator('main');
    await expect(main).toContainText('ค่าบำรุงเตาเผา');
    await expect(main).toContainText('2,520 บาท');
    await expect(main).toContainText('ไม่เกิน 2,840 บาท');
    await expect(main).toContainText('เจ้าหน้าที่ไม่รับของขวัญ');
    const reference = await family.send();
    // The confirmation says it again, line by line, with cash and QR as equal ways.
    await expect(main).toContainText('ค่าบำรุงเตาเผา');
    await expect(main).toContainText('ประมาณ 2,520 บาท');
    await expect(main.getByRole('heading', { name: 'จ่ายเงินสด' })).toBeVisible();
    await expect(main.getByRole('heading', { name: 'สแกนจ่ายด้วยแอปธนาคาร' })).toBeVisible();
    await visitor.see('sent');

    // A photo of the card, to be chosen as what shows it.
    expect(await family.track(reference)).toBe(200);
    await page.locator('#kind').selectOption('exemption');
    const card = { name: 'card.jpg', mimeType: 'image/jpeg', buffer: await page.screenshot({ type: 'jpeg' }) };
    await page.locator('#photo').setInputFiles(card);
    expect(await visitor.press('ส่งรูป')).toBe(200);
    await page.locator('summary', { hasText: 'ราคา ประมาณ 2,520 บาท' }).click();
    await expect(main.getByText('ค่าบำรุงเตาเผา')).toBeVisible();
    expect(await visitor.press('ดูค่าธรรมเนียมและวิธีชำระ')).toBe(200);
    await expect(main).toContainText('ใบแจ้งชำระจะออกเมื่ออนุมัติคำขอแล้ว');
    await expect(main).toContainText('จ่ายเงินสด');
    await visitor.see('before');

    // Nothing chosen: both are asked for, and what was typed stays.
    await page.locator('main details > summary').click();
    expect(await visitor.press('ขอยกเว้นค่าธรรมเนียม')).toBe(422);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await expect(page.locator('main > .errors').getByRole('link')).toHaveCount(2);
    await page.locator('[name="exemption.evidence"]').fill('บัตรทหารผ่านศึก');
    expect(await visitor.press('ขอยกเว้นค่าธรรมเนียม')).toBe(422);
    await expect(page.locator('[name="exemption.evidence"]')).toHaveValue('บัตรทหารผ่านศึก');
    await visitor.see('wrong');
    await page.locator('[name="exemption.code"][value=veteran]').check();
    await page.locator('[name="exemption.evidence"]').fill('');
    await page.getByLabel('หลักฐานขอยกเว้นค่าธรรมเนียม ส่งเมื่อ').check();
    expect(await visitor.press('ขอยกเว้นค่าธรรมเนียม')).toBe(200);
    await expect(main).toContainText('ยังไม่ต้องชำระจนกว่าจะทราบผล');
    await visitor.see('asked');

    const desk = await open({ office: true, called: 'approver' });
    const approver = new Officer(desk, sala);
    await approver.signIn(await sala.staff('director', 'ผู้อำนวยการ', 'approver'));
    // Among what waits for whoever may decide; the photo is one tap away.
    await expect(desk.page.getByRole('link', { name: /^คำขอยกเว้น/ })).toContainText('1');
    await desk.page.goto('/staff/exemptions');
    await desk.see('exemptions');
    await desk.page.locator('main table a').first().click();
    await expect(desk.page.locator('main').getByRole('link', { name: /^หลักฐานขอยกเว้นค่าธรรมเนียม/ })).toBeVisible();
    await approver.open(reference);
    await desk.see('request');
    await desk.follow('ราคา การยกเว้น และใบแจ้งชำระ');
    await desk.see('exemption');
    expect(await desk.press('อนุมัติยกเว้น')).toBe(422);
    await desk.page.locator('[name=reason]').fill('ตรวจบัตรแล้ว');
    expect(await desk.press('อนุมัติยกเว้น')).toBe(303);
    await approver.open(reference);
    expect(await desk.press('อนุมัติ')).toBe(303);
    await desk.page.goto(`/staff/requests/${reference}/fees`);
    await expect(desk.page.locator('main')).toContainText('1,200 บาท');
    await desk.see('note');

    expect(await family.track(reference)).toBe(200);
    expect(await visitor.press('ดูค่าธรรมเนียมและวิธีชำระ')).toBe(200);
    await expect(main).toContainText('ยอดชำระ 1,200 บาท');
    await expect(main).toContainText('ใบนี้ไม่ใช่ใบเสร็จรับเงิน');
    const code = page.getByRole('img', { name: 'คิวอาร์สำหรับชำระเงิน' });
    // The modules alone, without the four quiet ones around them.
    const [box, across] = await code.evaluate((code) => {
      const svg = code.querySelector('svg') as SVGSVGElement;
      const drawn = (svg.querySelector('path') as SVGPathElement).getBBox();
      return [svg.getBoundingClientRect().width, drawn.width / svg.viewBox.baseVal.width];
    });
    expect(box * across, 'large enough for a camera').toBeGreaterThanOrEqual(200);
    await visitor.see('note');
  });
}

test('cash is taken, its receipt keyed once and undone with a reason', async ({ sala, open }) => {
  const { body } = await sala.book({ cremation: { date: '2026-11-28', round: '13:00' } });
  const reference: string = body.reference;
  const desk = await open({ office: true, called: 'approver' });
  const approver = new Officer(desk, sala);
  await approver.signIn(await sala.staff('director', 'ผู้อำนวยการ', 'approver'));
  await approver.open(reference);
  expect(await desk.press('อนุมัติ')).toBe(303);

  const counter = await open({ office: true, called: 'cashier' });
  await new Officer(counter, sala).signIn(await sala.staff('wanna', 'วรรณา บัญชีดี', 'cashier'));
  const { page } = counter;
  await counter.see('list');
  expect((await page.goto(`/staff/requests/${reference}`))?.status(), 'the file is not the cashier\'s').toBe(403);
  await page.goto('/staff/cashier');
  await page.locator('[name=number]').fill('999');
  expect(await counter.press('เปิดใบแจ้งชำระ')).toBe(422);
  await page.locator('[name=number]').fill(reference);
  expect(await counter.press('เปิดใบแจ้งชำระ')).toBe(303);
  const note = page.url();
  await expect(page.locator('main')).toContainText('รับเงิน 1,000 บาท');
  await counter.see('note');
  expect(await counter.press('รับเป็นเงินสดแล้ว')).toBe(422);
  await counter.see('no-receipt');
  await page.locator('[name=receipt]').fill('กค-๐๐๑');

  // Two browsers' tabs at once: the money is taken once.
  const second = await counter.tab();
  await second.goto(note);
  await second.locator('[name=receipt]').fill('กค-002');
  expect(await counter.press('รับเป็นเงินสดแล้ว')).toBe(303);
  expect(await counter.press('รับเป็นเงินสดแล้ว', second)).toBe(422);
  await expect(second.locator('main')).toContainText('รับชำระแล้ว');
  await page.reload();
  await expect(page.locator('main')).toContainText('ใบเสร็จเลขที่ กค-001');
  await counter.see('paid');
  await page.goto('/staff/cashier/day');
  await expect(page.locator('main')).toContainText('กค-001');
  await counter.see('day');
  const file = await page.request.get('/staff/cashier/day/export/csv');
  expect(file.headers()['content-disposition']).toContain('payments-2026-11-23.csv');
  expect(await file.text()).toContain('1000.00,กค-001,วรรณา บัญชีดี');

  await page.goto(note);
  await page.locator('.act details > summary').click();
  await page.locator('[name=reason]').fill('คีย์ผิดใบ');
  expect(await counter.press('ยกเลิกการรับเงิน')).toBe(303);
  await expect(page.locator('main')).toContainText('รับเงิน 1,000 บาท');
  await counter.see('undone');
});

test('the bank\'s file is checked, imported and matched, and what was paid goes back', async ({ sala, open }) => {
  const { body } = await sala.book({ cremation: { date: '2026-11-28', round: '13:00' } });
  const reference: string = body.reference;
  const desk = await open({ office: true, called: 'approver' });
  const approver = new Officer(desk, sala);
  await approver.signIn(await sala.staff('director', 'ผู้อำนวยการ', 'approver'));
  await approver.open(reference);
  expect(await desk.press('อนุมัติ')).toBe(303);

  const counter = await open({ office: true, called: 'cashier' });
  await new Officer(counter, sala).signIn(await sala.staff('wanna', 'วรรณา บัญชีดี', 'cashier'));
  const { page } = counter;
  const main = page.locator('main');
  const send = async (name: string, text: string | Buffer) => {
    await page.goto('/staff/bank/import');
    await page.locator('[name=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    return counter.press('ตรวจไฟล์');
  };
  await page.goto('/staff/bank/import');
  await counter.see('choose');
  expect(await counter.press('ตรวจไฟล์')).toBe(422);
  await counter.see('no-file');
  expect(await send('x.csv', 'วันที่,จำนวนเงิน,Ref1,Ref2\n30/02/2569,ฟรี,1,2\n')).toBe(422);
  await expect(main).toContainText('พบ 2 จุดที่ต้องแก้');
  await counter.see('mistakes');
  expect(await send('x.csv', 'ชื่อ,ยอด\nก,1\n')).toBe(422);
  await expect(main).toContainText('ไม่พบคอลัมน์นี้');

  const rows = `﻿วันที่,เวลา,จำนวนเงิน,Ref1,Ref2\n23/11/2569,08:15,"1,000.00",${reference},70000001\n23/11/2569,08:20,55,,\n`;
  expect(await send('statement.csv', rows)).toBe(200);
  await expect(main).toContainText('ตรวจไฟล์แล้ว ยังไม่บันทึก');
  await counter.see('trial');
  expect(await counter.press('นำเข้ารายการ')).toBe(303);
  await expect(main).toContainText('รายการใหม่ 2 ตรงกับใบแจ้ง 1');
  await counter.see('imported');
  expect(await send('statement.csv', rows)).toBe(200);
  expect(await counter.press('นำเข้ารายการ')).toBe(303);
  await expect(main).toContainText('รายการใหม่ 0');
  await main.locator('table a').first().click();
  await counter.see('line');
  await page.locator('.act details > summary').click();
  await page.locator('#aside-reason').fill('ของกองช่าง');
  expect(await counter.press('กันรายการไว้')).toBe(303);
  await counter.see('set-aside');

  // The office ends the booking: all of it is asked back.
  await approver.open(reference);
  await approver.unfold('ยกเลิกการจอง');
  await desk.page.locator('#cancel-reason').fill('เตาชำรุด');
  expect(await desk.press('ยกเลิกการจอง')).toBe(303);
  await desk.page.goto('/staff/refunds');
  await desk.see('refunds');
  await desk.page.locator('main table a').first().click();
  await desk.see('refund');
  expect(await desk.press('ส่งกองคลังแล้ว')).toBe(303);
  await page.goto('/staff/refunds?list=sent');
  await main.locator('table a').first().click();
  expect(await counter.press('กองคลังคืนเงินแล้ว')).toBe(303);
  await expect(main).toContainText('คืนเงินแล้ว');
  await counter.see('paid-back');
});
