import { testMinis } from '../support/mini83';

testMinis(0, 2);
