import { sweep } from '../house/sweep.mjs';

sweep('weber', 'en');
