// What is really drawn: the chart's pixels, counted by colour.

const CLOSE = 12;

/** Colours of the palette in force by their names, as [red, green, blue]. */
export function colours(page, names) {
  return page.evaluate((asked) => {
    const style = getComputedStyle(document.documentElement);
    const bytes = (name) => style.getPropertyValue(`--${name}`).trim().match(/[0-9a-f]{2}/gi).slice(0, 3);
    return asked.map((name) => bytes(name).map((byte) => Number.parseInt(byte, 16)));
  }, names);
}

/** How many pixels of the chart, clear of the panel, have each of these colours. */
export async function drawnIn(page, palette) {
  const chart = await page.locator("#chart").boundingBox();
  const panel = await page.locator("#panel").boundingBox();
  const clip = panel === null ? chart : { ...chart, width: panel.x - chart.x };
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(countPixels, { png, palette, close: CLOSE });
}

async function countPixels({ png, palette, close }) {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const counts = palette.map(() => 0);
  for (let at = 0; at < data.length; at += 4) {
    palette.forEach((colour, i) => {
      if (colour.every((byte, channel) => Math.abs(byte - data[at + channel]) <= close)) counts[i] += 1;
    });
  }
  return counts;
}
