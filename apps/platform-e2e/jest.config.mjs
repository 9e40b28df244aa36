import { preset } from '../../tools/jest-preset.mjs';

export default { ...preset, displayName: 'platform-e2e' };
