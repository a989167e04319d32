//! How common four bytes are in source text and prose.

use super::{FOLD, GRAM};

/// Those grams of today's literals that are met most often in source text, the most frequent ones first, in four parts: more than some 200 times a
/// MB, 120, 50 and 20; each part is sorted, folded. They were counted in well-known projects in C, Python, Java, JavaScript, Go, Ruby, PHP, shell, C# and
/// Rust. A literal is better represented by any other gram, and the fewer of them are common, the less is compared.
const COMMON: [&[u8]; 4] = [
    b"s = and the use ing ith ion ent ort ect(----' =>creadefaparadata stanstafuncreadancecodeangeclieablefilemplenametimetypeenseonse\
asse useeateinteontealueequetrueconfnfigringtingatchpathwithauthonfistricatitatiactiectinctientioptilockworkcurlfaulcomm.comfrom\
formchanstanlientrin consiontionsponatioctioptioespocompresphttpsseruserntermporclaspresquescensconsionsponsttpsverslassressicat\
reatstatpectunctaultientment intcont notsertporttestuestlistinstonsttextefauvalurequstruservntex",
    b"d = r = tic ode ble ine one all ill can der her ter ass ess ect ult ert est out new  = \"ion(est(nse.ing.app.ent.s://ps:/com/tps:\
licaticaloca reatreaionaernaarra traessaontaequaed btribthub pubtracchecnnecspecirecplicaticrvicsyncblocourctrucloadatedalidovid\
uildhandmandpendsendcondoundncodacceviceurcevideendeindemodenodesageargeacheschetcheockendlealleollelemeainefinelineonnet rehere\
direuirecorefore prestreturebaseelsearsecatelaterateriteistetiveervessaghangdingningsingcacharchhashgithrediregivaliubli clippli\
scricuriposiersiessilatiratieptiequirovierviprojheckmockocalonalqualtablpublandlodelbuilamplimplapplreamframchem tims antranthen\
okenemenrrenntenevensigntainefinstinconn.conecon_concounasyne cob.corecoencoinfo shouthorsiossioitio boorepoe tos toectohe pcrip\
temp typcharstariderndertherenerineroperitersteroverrverquirthoratorctorstoreworcurrentristr_strecurigursourt isegisrans inspars\
passcessmessentsatusng t datpdat materatlectnectrectructcket met setighturitwritositdentrenttentventountprotriptparttartperte st\
gisthostpost autsecufiguithutatuctivemovprovllowndexrray keytoryrity = [ate_ing_ion_ent_ert_est_",
    b"h = y = ata add ded eed end ace ice ple ule ime ute ive ork nal ual ool url ain ner ser ver ies les nts get put ext key lly ery \
ory try ing\"ion\" = (ode(ame(ize(ent(new(ent-ode.fig.api.der.ter.ect.ert.p://tp:/ing:ion:ttp:ed =ng ath ain aon aar aer ataballba\
e cas calidacleaeleahreaariantiaackamplat maignae pat paompaespaneraperateraogratorastrae sadetametaentaesta_starivarizaenabatab\
.webcribgloble.creacapacspacstac accelecllec sec.secexecificolictricnticstic encdencrencprocotocearctercdiscpatcfetc_addneedched\
fiedgnedtendbindfind codcordwordribepaceenceroceandeordefreetreeuffekagemagenagepagerageetheutheifieokiemakeackeucketokedelesele\
ailesameremeommegeneigneannepone opecopeware.creecrethretore_preurret_ret ses.sereseloseessevateletemeteentenoteerteesteatteitte\
outeonvelizeed fdifferifansfckagimagorag reglogg signsiglanghinglingping logmergplugeachetchpushon itraimediendicodirefitifiooki\
bilimpliommifini apiappiverihorierrietrintribasivisidatimatizatiditinitisitinotiiptiartiertiestiettirevireakpacktackdockbucklink\
cookhook tokmarktaskicalrialtialeraltualnabl delnnel releveltailtallwallhellcollfollpollhtmlocolreplemplet mrnamgramelemitem_com\
stomtermleanplanbraniden genumenonenopenivenn iny inndinodin finchinthinpoinssinusinttinhanntcond coe.cos.cot.codecosecotocoe_co\
t_coimeo blo_blo cloelloolloannondpoexpo.pro_prog ton toactorotoyptoustoautosswoetwoe apr apendpgrephelpscop.appmappcryp-typetyp\
ttyp_typndarsearsharepartware cragerggercherckerdlerller.sereserrsereterftertterevernver_veredirecorsporitor worswortwormetrontr\
estrnstrextraturng sin son ses.s basabasleasflas pasccesoces desagesriestiesilesplesimesinesgresures_resutesluesrefsingsedisails\
nerspersterslesssessgetsortst usrowskeysse tth ton tocatidat_datfeatplatinat_pativatizatfactracttecteletlletomet_metfset_setilit\
mmitunitranthentnentsentointuintrootryptvertlastrestcustpattsett.autroutnputthouinput suprevprivativconved wview.newasswnetwprox\
play_keyallymarynaryveryntrylityroxyorizand_ble_ule_ame_ize_ock_rom_ter_ect_set_",
    b"ey: oad ied ind ord  de dle gle api ock ink cal ial orm ken ttp  up lar ker ler per als rts tus ret ant row ply oxy er(\"ord\" = '\
ith(ray(key(key)ata-ode-ble-nse-ing-ion-est-ata.ice.age.her.ser.tor.ies.ess.try.1000ass:key:th =ey =le ave aal ads ats aet ant a\
ot ast aut ae balobad can carecaescae daanda lea_rea seatifaxcha_chaediaailasplas marema imarimae_mat_mabinafinadynafloapload pa\
n pas parepa spae_pahara crascrameraveraigrantraxtra_tragetatotatstaattanguan vaervalewaed_ast_aer berabstabbloble cme cng cal c\
en cnt.cifac_secetecalicclicamicinicasicotictencuenc_encsincforccatcgetcwitcoducle_cus_cst_c radseedshedaredcredpreduredntedpted\
orldrandwindecod_codprodwardentdst_dnd ele efaceraceoiceticeonceerceorcea det deiddeeederedesidee_deuageiggeoggedigeingeasheathe\
orietrietakeickeorkecaleicle eleteleunleroleuplet mecomecumesumes.negineionecaperapepipelopesupeharencreedre freefrewireetrentre\
n_rehasewiseinseerse_useowset_segateiatedetelitemitesiteuntearteasteysteetteputebluedeveleverivesiveinvecovefixerizest_est fhref\
odifntifotifrtif_infperfterfguagnteg_sigoingying.log_logitchexchlighraphlashreshidthth iat irt ily ier.iplaiemait diradimodit_di\
t fit_fie gibegiengilogi chiocki.cli_cliinlieplit_linamiminiioni.apitopiteri_pri_wriassiossiiatinatipatiuctiritiistidevir wierwi\
er_ipubkracklicktickbooklookobalscalrealcialgnalatalotalrvalrable cldeclexclshel_relmailrailabilfallcellfillrolltoolherlworlectl\
ynamthemstemprim sim_timecomocumnsumpaymg anmeanlian lant.enedenagengmengainlainrainudineginnginoginclindlinelinnlinoninutin win\
\x20anncann-condconlcon monrsonsernostnbounce oin oy cor.coy.co->coaccoerco scoiscoetcod_col_coindostdoerfoe loo lot lovelouploerlo\
e_loommor no toozero-proersoassoessodatoentoontogotoestoinvole_oed pde ple pin pet pt apemap_mapcrapgrap_repsteptripsimpdumpelop\
loopdropeapprapp_appcorpn uped_pst_pin ret rt ar carlearclarularimarinarmparguarsecrencr scroderngersherilerimerumerpperupernser\
_serateruter.verowerizery frrefrstgrpairaforrforsfortforshoreporxporssort_prastrbstrostrtstrcturst_rle sal sen ser set snt sly s\
_basliassubsricsticsodes_desigestheskiesfrestres sesasesotes_tesivesd isrwisecksocksooksorksasksialsallsoolsurlspens_ins_hoscros\
ropsherssersnessketssetsuntsartsn usclus pustrusle_son_sto_ser_set_snt_sal tss tnt-t catedatndatwhatomat_matgnatloat(patspatntat\
widtcret biticitdditplituilttantcentgentuent.intaint_intiont_notbootcapt_optcerthortl str stcastmastgestnostlustrustsyste_stmatt\
tatterttoaut_aut futboutmputitytte_tet_tnt_tl audocurodud fuanguccouompu.equsequtequonsunatuuctufutudrivitivscov govtervflowbrow\
unixelay paylwayency(key.keybkeynkeytkeyrifytifyeplyncrystryeasyt tyt-tyt_tyata_eta_oad_red_ind_ice_ode_age_ake_ile_ime_ine_ore_\
ure_ite_ive_tch_ash_eck_cal_nal_all_ssl_ain__in_ner_ver_ess_tus_unt_opt_ort_ast_ist_ost_out_ext_new_key_ary_try_",
];

/// How often four bytes are met in source text and prose: by the lists, then as a sum of rough ranks of their letters, which says that digits,
/// `_` and rare letters make a gram rare.
pub(super) fn commonness(gram: [u8; GRAM]) -> usize {
    let fold = |gram: &[u8; GRAM]| u32::from_le_bytes(*gram) | FOLD;
    let is_in = |part: &&[u8]| part.as_chunks::<GRAM>().0.binary_search_by_key(&fold(&gram), fold).is_ok();
    let part = COMMON.iter().position(is_in).unwrap_or(COMMON.len());
    let letters: usize = gram
        .iter()
        .map(|byte| match byte.to_ascii_lowercase() {
            b' ' | b'e' | b't' => 12,
            b'a' | b'i' | b'o' | b'n' | b's' | b'r' => 10,
            b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b'-' | b'=' => 8,
            b'h' | b'g' | b'f' | b'b' | b'y' | b'"' | b':' | b'/' | b'.' | b'0' => 6,
            b'w' | b'v' | b'k' | b'_' | b'1' => 4,
            b'x' | b'2'..=b'9' => 3,
            _ => 1,
        })
        .sum();
    1000 * (COMMON.len() - part) + letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_grams_are_sorted() {
        for part in COMMON {
            assert!(part.as_chunks::<GRAM>().0.is_sorted_by_key(|gram| u32::from_le_bytes(*gram) | FOLD));
            assert_eq!(part.len() % GRAM, 0);
        }
    }
}
