/* stripe_templates.c - the templates of Stripe's objects, old and new. */
#include "services/sample/stripe_templates.h"

/* Lines of JSON are broken by hand, between keys. */
/* clang-format off */

const char stripe_templates_event[] =
    "{'id':'$event','object':'event','api_version':'$api_version','created':$event_at,"
    "'data':{'object':$object$previous},'livemode':$live,'pending_webhooks':1,'request':{'id':null,"
    "'idempotency_key':null},'type':'$type'}";

/* ---- the same in both families ---- */

const char stripe_templates_session[] =
    "{'id':'$session','object':'checkout.session','adaptive_pricing':{'enabled':false},'after_expiration':null,"
    "'allow_promotion_codes':true,'amount_subtotal':$subtotal,'amount_total':$amount,'automatic_tax':{'enabled':false,"
    "'liability':null,'provider':null,'status':null},'billing_address_collection':null,'cancel_url':null,"
    "'client_reference_id':$reference,'client_secret':null,'collected_information':{'shipping_details':null},"
    "'consent':null,'consent_collection':null,'created':$at,'currency':'$currency','currency_conversion':null,"
    "'custom_fields':[],'custom_text':{'after_submit':null,'shipping_address':null,'submit':null,"
    "'terms_of_service_acceptance':null},'customer':$customer_ref,'customer_creation':'always','customer_details':"
    "{'address':{'city':null,'country':'US','line1':null,'line2':null,'postal_code':null,'state':null},'email':$email,"
    "'name':'$name','phone':null,'tax_exempt':'none','tax_ids':[]},'customer_email':null,'discounts':[],"
    "'expires_at':$expires_at,'invoice':$session_invoice,'invoice_creation':null,'livemode':$live,'locale':null,"
    "'metadata':{'campaign':'autumn'},'mode':'$session_mode','origin_context':null,'payment_intent':$session_intent,"
    "'payment_link':null,'payment_method_collection':'always','payment_method_configuration_details':null,"
    "'payment_method_options':{},'payment_method_types':['$method'],'payment_status':'$payment_status',"
    "'permissions':null,'phone_number_collection':{'enabled':false},'recovered_from':null,"
    "'saved_payment_method_options':null,'setup_intent':null,'shipping_address_collection':null,'shipping_cost':null,"
    "'shipping_details':null,'shipping_options':[],'status':'complete','submit_type':null,"
    "'subscription':$session_subscription,'success_url':'https://example.com/welcome','total_details':"
    "{'amount_discount':$discount,'amount_shipping':0,'amount_tax':0},'ui_mode':'hosted','url':null,"
    "'wallet_options':null}";

const char stripe_templates_customer[] =
    "{'id':'$customer','object':'customer','address':null,'balance':0,'created':$at,'currency':'$currency',"
    "'default_source':null,'delinquent':false,'description':null,'discount':null,'email':$known_email,"
    "'invoice_prefix':'$invoice_prefix','invoice_settings':{'custom_fields':null,'default_payment_method':null,"
    "'footer':null,'rendering_options':null},'livemode':$live,'metadata':{},'name':'$name',"
    "'next_invoice_sequence':1,'phone':null,'preferred_locales':[],'shipping':null,'tax_exempt':'none',"
    "'test_clock':null}";

const char stripe_templates_invoice_payment[] =
    "{'id':'$invoice_payment','object':'invoice_payment','amount_paid':$amount,'amount_requested':$amount,"
    "'created':$at,'currency':'$currency','invoice':$invoice_ref,'is_default':true,'livemode':$live,"
    "'payment':{'payment_intent':$intent_ref,'type':'payment_intent'},'status':'paid',"
    "'status_transitions':{'canceled_at':null,'paid_at':$at}}";

const char stripe_templates_refund[] =
    "{'id':'$refund','object':'refund','amount':$refunded_amount,'balance_transaction':'$balance','charge':$charge_ref,"
    "'created':$event_at,'currency':'$currency','destination_details':{'card':{'reference':null,'reference_status':"
    "'pending','reference_type':'acquirer_reference_number','type':'refund'},'type':'card'},'metadata':{},"
    "'payment_intent':$intent_ref,'reason':'requested_by_customer','receipt_number':null,"
    "'source_transfer_reversal':null,'status':'succeeded','transfer_reversal':null}";

const char stripe_templates_dispute[] =
    "{'id':'$dispute','object':'dispute','amount':$amount,'balance_transactions':[],'charge':$charge_ref,"
    "'created':$disputed_at,'currency':'$currency','evidence':{'access_activity_log':null,'billing_address':null,"
    "'cancellation_policy':null,'customer_communication':null,'customer_email_address':null,'customer_name':null,"
    "'product_description':null,'receipt':null,'refund_policy':null,'service_date':null,'uncategorized_text':null},"
    "'evidence_details':{'due_by':$due_by,'has_evidence':false,'past_due':false,'submission_count':0},"
    "'is_charge_refundable':false,'livemode':$live,'metadata':{},'payment_intent':$intent_ref,'reason':'fraudulent',"
    "'status':'$dispute_status'}";

/* ---- pieces that several objects share ---- */

#define PLAN                                                                                                           \
    "{'id':'$price','object':'plan','active':true,'amount':$unit_amount,'amount_decimal':'$unit_amount',"              \
    "'billing_scheme':'per_unit','created':1700000000,'currency':'$currency','interval':'month','interval_count':1,"   \
    "'livemode':$live,'metadata':{},'nickname':$nickname,'product':'$product','tiers_mode':null,"                      \
    "'transform_usage':null,'trial_period_days':null,'usage_type':'licensed'}"

#define PRICE                                                                                                          \
    "{'id':'$price','object':'price','active':true,'billing_scheme':'per_unit','created':1700000000,"                  \
    "'currency':'$currency','custom_unit_amount':null,'livemode':$live,'lookup_key':$lookup_key,'metadata':{},"        \
    "'nickname':$nickname,'product':'$product','recurring':{'interval':'month','interval_count':1,"                    \
    "'trial_period_days':null,'usage_type':'licensed'},'tax_behavior':'unspecified','tiers_mode':null,"                \
    "'transform_quantity':null,'type':'recurring','unit_amount':$unit_amount,'unit_amount_decimal':'$unit_amount'}"

const char stripe_templates_price[] = PRICE;

#define FEE_PRICE                                                                                                      \
    "{'id':'$fee_price','object':'price','active':true,'billing_scheme':'per_unit','created':1700000000,"              \
    "'currency':'$currency','custom_unit_amount':null,'livemode':$live,'lookup_key':null,'metadata':{},"               \
    "'nickname':'Set-up','product':'prod_SetUpOnce00000','recurring':null,'tax_behavior':'unspecified',"               \
    "'tiers_mode':null,'transform_quantity':null,'type':'one_time','unit_amount':$fee_amount,"                         \
    "'unit_amount_decimal':'$fee_amount'}"

#define CARD                                                                                                           \
    "{'card':{'brand':'visa','checks':{'address_line1_check':null,'address_postal_code_check':null,'cvc_check':"       \
    "'pass'},'country':'US','exp_month':4,'exp_year':2030,'fingerprint':'$fingerprint','funding':'credit',"            \
    "'installments':null,'last4':'4242','mandate':null,'network':'visa','three_d_secure':null,'wallet':null},"         \
    "'type':'$method'}"

#define CHARGE(invoice, refunds)                                                                                       \
    "{'id':'$charge','object':'charge','amount':$amount,'amount_captured':$captured,'amount_refunded':"                \
    "$refunded_amount,'application':null,'application_fee':null,'application_fee_amount':null,"                        \
    "'balance_transaction':'$balance','billing_details':{'address':{'city':null,'country':'US','line1':null,"          \
    "'line2':null,'postal_code':null,'state':null},'email':$email,'name':'$name','phone':null},"                       \
    "'calculated_statement_descriptor':'EXAMPLE CO','captured':$paid,'created':$at,'currency':'$currency',"            \
    "'customer':$customer_ref,'description':'$description','destination':null,'dispute':null,"                         \
    "'disputed':$disputed,'failure_balance_transaction':null,'failure_code':$failure,'failure_message':null,"          \
    "'fraud_details':{}," invoice "'livemode':$live,'metadata':{},'on_behalf_of':null,'order':null,'outcome':"         \
    "{'network_status':'$network_status','reason':null,'risk_level':'normal','seller_message':null,"                   \
    "'type':'$outcome'},'paid':$paid,'payment_intent':$intent_ref,'payment_method':'$payment_method',"                 \
    "'payment_method_details':" CARD ",'receipt_email':null,'receipt_number':null,'receipt_url':null,"                 \
    "'refunded':$refunded," refunds "'review':null,'shipping':null,'source':null,'source_transfer':null,"              \
    "'statement_descriptor':null,'statement_descriptor_suffix':null,'status':'$charge_status',"                        \
    "'transfer_data':null,'transfer_group':null}"

#define PAYMENT_INTENT(invoice)                                                                                        \
    "{'id':'$intent','object':'payment_intent','amount':$amount,'amount_capturable':0,'amount_details':{'tip':{}},"    \
    "'amount_received':$captured,'application':null,'application_fee_amount':null,'automatic_payment_methods':null,"   \
    "'canceled_at':null,'cancellation_reason':null,'capture_method':'automatic','client_secret':null,"                 \
    "'confirmation_method':'automatic','created':$at,'currency':'$currency','customer':$customer_ref,"                 \
    "'description':'$description'," invoice "'last_payment_error':$payment_error,'latest_charge':$charge_ref,"         \
    "'livemode':$live,'metadata':{},'next_action':null,'on_behalf_of':null,'payment_method':'$payment_method',"        \
    "'payment_method_options':{'card':{'installments':null,'mandate_options':null,'network':null,"                     \
    "'request_three_d_secure':'automatic'}},'payment_method_types':['$method'],'processing':null,"                     \
    "'receipt_email':null,'review':null,'setup_future_usage':'off_session','shipping':null,"                           \
    "'statement_descriptor':null,'statement_descriptor_suffix':null,'status':'$intent_status',"                        \
    "'transfer_data':null,'transfer_group':null}"

#define SUBSCRIPTION(period, item_period, discount)                                                                    \
    "{'id':'$subscription','object':'subscription','application':null,'application_fee_percent':null,"                 \
    "'automatic_tax':{'enabled':false},'billing_cycle_anchor':$at,'cancel_at':null,'cancel_at_period_end':false,"      \
    "'canceled_at':null,'collection_method':'charge_automatically','created':$started_at,'currency':'$currency',"      \
    period "'customer':$customer_ref,'days_until_due':null,'default_payment_method':'$payment_method',"                \
    "'default_source':null,'default_tax_rates':[],'description':null," discount "'ended_at':null,'items':{'object':"   \
    "'list','data':[{'id':'$item','object':'subscription_item','created':$started_at," item_period "'metadata':{},"    \
    "'plan':" PLAN ",'price':" PRICE ",'quantity':1,'subscription':'$subscription','tax_rates':[]}],"                  \
    "'has_more':false,'total_count':1,'url':'/v1/subscription_items?subscription=$subscription'},"                     \
    "'latest_invoice':$latest_invoice,'livemode':$live,'metadata':{},'next_pending_invoice_item_invoice':null,"        \
    "'on_behalf_of':null,'pause_collection':null,'pending_invoice_item_interval':null,'pending_setup_intent':null,"    \
    "'pending_update':null,'plan':" PLAN ",'quantity':1,'schedule':null,'start_date':$started_at,"                     \
    "'status':'$subscription_status','transfer_data':null,'trial_end':$trial_end,'trial_start':$trial_start}"

#define INVOICE(head, middle, tail)                                                                                    \
    "{'id':'$invoice','object':'invoice','account_country':'US','account_name':'Example Company',"                     \
    "'account_tax_ids':null,'amount_due':$amount,'amount_paid':$captured,'amount_remaining':$remaining," head          \
    "'attempt_count':1,'attempted':true,'auto_advance':false,'automatic_tax':{'enabled':false,'status':null},"         \
    "'billing_reason':'$reason'," middle "'collection_method':'charge_automatically','created':$at,"                   \
    "'currency':'$currency','custom_fields':null,'customer':$customer_ref,'customer_address':null,"                    \
    "'customer_email':$email,'customer_name':'$name','customer_phone':null,'customer_shipping':null,"                  \
    "'customer_tax_exempt':'none','customer_tax_ids':[],'default_payment_method':null,'default_source':null,"          \
    "'default_tax_rates':[],'description':null,'discounts':[],'due_date':null,'ending_balance':0,'footer':null,"       \
    "'hosted_invoice_url':null,'invoice_pdf':null,'last_finalization_error':null,'lines':{'object':'list',"            \
    "'data':[$lines],'has_more':false,'total_count':$line_count,'url':'/v1/invoices/$invoice/lines'},"                 \
    "'livemode':$live,'metadata':{},'next_payment_attempt':null,'number':'$invoice_prefix-0001',"                      \
    "'on_behalf_of':null,'payment_settings':{'payment_method_options':null,'payment_method_types':null},"              \
    "'period_end':$period_end,'period_start':$at,'post_payment_credit_notes_amount':0,"                                \
    "'pre_payment_credit_notes_amount':0,'receipt_number':null,'starting_balance':0,'statement_descriptor':null,"      \
    "'status':'$invoice_status','status_transitions':{'finalized_at':$at,'marked_uncollectible_at':null,"              \
    "'paid_at':$paid_at,'voided_at':null}," tail "'subtotal':$subtotal,'test_clock':null,'total':$amount,"             \
    "'total_discount_amounts':$discount_amounts,'webhooks_delivered_at':$at}"

/* ---- before 2025-03-31.basil ---- */

const struct stripe_templates stripe_templates_old = {
    .api_version = "2024-06-20",
    .subscription =
        SUBSCRIPTION("'current_period_end':$period_end,'current_period_start':$at,", "", "'discount':null,"),
    .invoice = INVOICE("'application_fee_amount':null,", "'charge':$invoice_charge,",
                       "'paid':$paid,'paid_out_of_band':false,'payment_intent':$invoice_intent,'quote':null,"
                       "'subscription':$subscription_ref,'tax':null,'total_tax_amounts':[],'transfer_data':null,"),
    .charge = CHARGE("'invoice':$charge_invoice,",
                     "'refunds':{'object':'list','data':[],'has_more':false,'url':'/v1/charges/$charge/refunds'},"),
    .payment_intent = PAYMENT_INTENT("'invoice':$charge_invoice,"),
    .plan_line = "{'id':'$invoice_line','object':'line_item','amount':$line_amount,'currency':'$currency',"
                 "'description':'1 x monthly plan','discount_amounts':[],"
                 "'discountable':true,'discounts':[],'livemode':$live,"
                 "'metadata':{},'period':{'end':$period_end,'start':$at},'plan':" PLAN ",'price':" PRICE
                 ",'proration':$proration,'quantity':1,'subscription':'$subscription','subscription_item':'$item',"
                 "'tax_amounts':[],'tax_rates':[],'type':'subscription'}",
    .fee_line = "{'id':'$invoice_line','object':'line_item','amount':$fee_amount,'currency':'$currency',"
                "'description':'Set-up','discount_amounts':[],"
                "'discountable':true,'discounts':[],'invoice_item':'$fee_entry','livemode':$live,"
                "'metadata':{},'period':{'end':$at,'start':$at},'plan':null,'price':" FEE_PRICE
                ",'proration':false,'quantity':1,'subscription':'$subscription','tax_amounts':[],'tax_rates':[],"
                "'type':'invoiceitem'}",
};

/* ---- since 2025-03-31.basil ---- */

const struct stripe_templates stripe_templates_new = {
    .api_version = "2025-06-30.basil",
    .subscription = SUBSCRIPTION("", "'current_period_end':$period_end,'current_period_start':$at,'discounts':[],",
                                 "'discounts':[],"),
    .invoice = INVOICE("'amount_overpaid':0,'amount_shipping':0,", "",
                       "'parent':{'quote_details':null,'subscription_details':{'metadata':{},"
                       "'subscription':$subscription_ref},'type':'subscription_details'},'total_taxes':[],"),
    .charge = CHARGE("", ""),
    .payment_intent = PAYMENT_INTENT(""),
    .plan_line = "{'id':'$invoice_line','object':'line_item','amount':$line_amount,'currency':'$currency',"
                 "'description':'1 x monthly plan','discount_amounts':[],"
                 "'discountable':true,'discounts':[],'invoice':'$invoice',"
                 "'livemode':$live,'metadata':{},'parent':{'invoice_item_details':null,'subscription_item_details':"
                 "{'invoice_item':null,'proration':$proration,'proration_details':null,'subscription':'$subscription',"
                 "'subscription_item':'$item'},'type':'subscription_item_details'},'period':{'end':$period_end,"
                 "'start':$at},'pretax_credit_amounts':[],'pricing':{'price_details':{'price':$price_ref,"
                 "'product':'$product'},'type':'price_details','unit_amount_decimal':'$unit_amount'},'quantity':1,"
                 "'taxes':[]}",
    .fee_line = "{'id':'$invoice_line','object':'line_item','amount':$fee_amount,'currency':'$currency',"
                "'description':'Set-up','discount_amounts':[],"
                "'discountable':true,'discounts':[],'invoice':'$invoice','livemode':$live,"
                "'metadata':{},'parent':{'invoice_item_details':{'invoice_item':'$fee_entry','proration':false,"
                "'proration_details':null,'subscription':'$subscription'},'subscription_item_details':null,"
                "'type':'invoice_item_details'},'period':{'end':$at,'start':$at},'pretax_credit_amounts':[],'pricing':"
                "{'price_details':{'price':'$fee_price','product':'prod_SetUpOnce00000'},'type':'price_details',"
                "'unit_amount_decimal':'$fee_amount'},'quantity':1,'taxes':[]}",
};
