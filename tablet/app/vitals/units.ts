/** UCUM units as people write them: records keep the code, the screen shows the word. */

const spelled: Readonly<Record<string, string>> = {
  'mm[Hg]': 'mmHg', Cel: '°C', '[degF]': '°F', '[pH]': 'pH', '[IU]/L': 'IU/L', '{INR}': 'INR', '1': '',
};

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 'umol/L' → 'µmol/L', '10*9/L' → '×10⁹/L', '{score}' → ''. What it does not know stays as it is. */
export function printUnit(ucum: string): string {
  return spelled[ucum] ?? ucum
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/10\*(\d)/g, (_whole, power: string) => `×10${superscripts[Number(power)] ?? power}`)
    .replaceAll(/\bu(?=mol|L|g|kat|\[)/g, 'µ')
    .replace(/\/m2\b/, '/m²')
    .replace(/\/$/, '');
}
