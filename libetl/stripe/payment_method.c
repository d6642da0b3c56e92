/* payment_method.c - the payment methods of Stripe. */
#include "libetl/stripe/payment_method.h"

static const char *const names[] = {"",
                                    "acss_debit",
                                    "affirm",
                                    "afterpay_clearpay",
                                    "alipay",
                                    "amazon_pay",
                                    "au_becs_debit",
                                    "bacs_debit",
                                    "bancontact",
                                    "blik",
                                    "boleto",
                                    "card",
                                    "cashapp",
                                    "customer_balance",
                                    "eps",
                                    "fpx",
                                    "giropay",
                                    "grabpay",
                                    "ideal",
                                    "klarna",
                                    "link",
                                    "mobilepay",
                                    "oxxo",
                                    "p24",
                                    "paynow",
                                    "paypal",
                                    "pix",
                                    "promptpay",
                                    "revolut_pay",
                                    "sepa_debit",
                                    "sofort",
                                    "swish",
                                    "twint",
                                    "us_bank_account",
                                    "wechat_pay",
                                    "zip",
                                    "other"};
enum { COUNT = sizeof names / sizeof *names };

uint8_t etl_payment_method_of(struct etl_text text) {
    if (text.size == 0)
        return 0;
    uint8_t method = 1;
    while (method < COUNT - 1 && !etl_text_is_word(text, names[method]))
        method++;
    return method;
}

const char *etl_payment_method_name(uint8_t method) {
    return method < COUNT ? names[method] : "other";
}
